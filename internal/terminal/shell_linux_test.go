package terminal

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/test/parts"
)

// insideTerminal is set if the test runs in a terminal. Its value says what the test does
// there.
const insideTerminal = "DOORKEY_TEST_SHELL_TERMINAL"

// TestShellTerminal reads a real terminal through bash, as doorkey does in mintty. The test
// types only after the program has printed that it is ready.
func TestShellTerminal(t *testing.T) {
	if do := os.Getenv(insideTerminal); do != "" {
		useShellTerminal(t.Context(), do)
		return
	}
	parts.Program(t, "bash", "apt-get install bash")
	parts.Program(t, "script", "apt-get install bsdutils")
	parts.Program(t, "stty", "apt-get install coreutils")
	if output, err := exec.Command("script", "-qec", "true", "/dev/null").CombinedOutput(); err != nil {
		parts.Missing(t, "a pseudo-terminal", fmt.Sprintf("mount devpts at /dev/pts (%v: %s)", err, output))
	}
	for _, row := range []struct {
		name, do, typed string
		want, lacks     string // on the screen
	}{
		{"a line", "line", "  https://h/?a=b&c=%s\\n$(id) \n", `read "https://h/?a=b&c=%s\\n$(id)"`, "error"},
		{"two lines, one after the other", "lines", "one\ntwo\n", `read "one" "two"`, "error"},
		{"a secret, of which nothing is shown", "secret", "geheim\n", `read 6 bytes`, "geheim"},
		{"Ctrl-D", "line", "\x04", "error EOF", "read \""},
		{"time is up", "late", "", "error context deadline exceeded", "read \""},
		{"time is up for a secret: typing is shown again", "late secret", "", " echo ", "-echo "},
		{"no terminal", "none", "", "error bash cannot read from this terminal", "read \""},
		{"the size", "size", "", "size 0 0", "error"}, // script reports this size
	} {
		t.Run(row.name, func(t *testing.T) {
			screen := runInTerminal(t, row.do, row.typed)
			if !strings.Contains(screen, row.want) || strings.Contains(screen, row.lacks) {
				t.Errorf("the screen lacks %q, or has %q:\n%s", row.want, row.lacks, screen)
			}
		})
	}
}

// runInTerminal runs this test in its own terminal, and returns what the terminal shows.
func runInTerminal(t *testing.T, do, typed string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "script", "-qec", os.Args[0]+" -test.run=TestShellTerminal", "/dev/null")
	command.Env = append(os.Environ(), insideTerminal+"="+do)
	keys, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	shown, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var screen bytes.Buffer
	for _, key := range strings.SplitAfter(typed, "\n") {
		if key != "" {
			waitFor(t, shown, &screen, "ready? ")
			io.WriteString(keys, key)
		}
	}
	io.Copy(&screen, shown)
	keys.Close()
	if err := command.Wait(); err != nil {
		t.Fatalf("%v:\n%s", err, &screen)
	}
	return screen.String()
}

// waitFor reads until the screen ends with a text.
func waitFor(t *testing.T, shown io.Reader, screen *bytes.Buffer, text string) {
	t.Helper()
	for one := make([]byte, 1); !strings.HasSuffix(screen.String(), text); {
		if _, err := shown.Read(one); err != nil {
			t.Fatalf("%v:\n%s", err, screen)
		}
		screen.Write(one)
	}
}

func useShellTerminal(ctx context.Context, do string) {
	s := &Screen{Out: os.Stdout, Terminal: true, shell: &shellTerminal{bash: "bash"}}
	if strings.HasPrefix(do, "late") {
		limited, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		ctx = limited
	}
	readLine := func() string {
		fmt.Print("ready? ")
		line, err := s.ReadLine(ctx)
		if err != nil {
			fmt.Println("error", err)
		}
		return line
	}
	switch do {
	case "line":
		if line := readLine(); line != "" {
			fmt.Printf("read %q\n", line)
		}
	case "lines":
		one, two := readLine(), readLine()
		fmt.Printf("read %q %q\n", one, two)
	case "late":
		readLine()
	case "none":
		bash := leftTerminal()
		defer os.Remove(bash)
		s.shell.bash = bash
		readLine()
	case "secret", "late secret":
		line, err := s.ReadSecret(ctx, "ready? ")
		if err != nil {
			output, _ := exec.Command("sh", "-c", "stty -a </dev/tty").Output()
			fmt.Printf("%s\n", output)
			return
		}
		fmt.Println("read", len(line.Reveal()), "bytes")
	case "size":
		columns, rows := s.size()
		fmt.Println("size", columns, rows)
	}
}

// leftTerminal returns a bash that has no terminal.
func leftTerminal() string {
	file, err := os.CreateTemp("", "bash-")
	if err != nil {
		panic(err)
	}
	defer file.Close()
	fmt.Fprintln(file, "#!/bin/sh\nexec setsid -w bash \"$@\"")
	if err := file.Chmod(0o700); err != nil {
		panic(err)
	}
	return file.Name()
}
