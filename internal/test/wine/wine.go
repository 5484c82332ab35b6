// Package wine runs doorkey for Windows under Wine, for tests on Linux. There is no
// git for Windows on that machine, and Wine cannot wait for a Linux program. So this
// package sends doorkey's calls of git to the git of this machine, and returns the
// answers. It changes only the names of files.
package wine

import (
	"bytes"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// AddressVariable names the environment variable that contains the address of Serve,
// for internal/test/wine/git.
const AddressVariable = "WINETEST_GIT"

// Call is one run of git.
type Call struct {
	Arguments   []string
	Input       []byte
	Environment []string
	Directory   string
}

// Result is the result of a Call.
type Result struct {
	Stdout, Stderr []byte
	ExitCode       int
}

// Serve runs the git of this machine for programs under Wine. It returns the
// address to put into AddressVariable, and ends with stop.
func Serve() (address string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return // stopped
			}
			go answer(connection)
		}
	}()
	return listener.Addr().String(), func() { listener.Close() }, nil
}

// answer runs git once. It ignores errors, because a caller that has exited needs no answer.
func answer(connection net.Conn) {
	defer connection.Close()
	var call Call
	if json.NewDecoder(connection).Decode(&call) == nil {
		_ = json.NewEncoder(connection).Encode(run(call))
	}
}

func run(call Call) Result {
	for i, argument := range call.Arguments {
		call.Arguments[i] = fromWindows(argument)
	}
	command := exec.Command("git", call.Arguments...)
	command.Dir = fromWindows(call.Directory)
	command.Env, command.Stdin = environment(call.Environment), bytes.NewReader(call.Input)
	stdout, err := command.Output()
	result := Result{Stdout: toWindows(stdout)}
	if exit, ran := errors.AsType[*exec.ExitError](err); ran {
		result.Stderr, result.ExitCode = exit.Stderr, exit.ExitCode()
	} else if err != nil {
		result.Stderr, result.ExitCode = []byte(err.Error()), 128
	}
	return result
}

// environment returns the caller's variables for git, and the other variables of this
// process.
func environment(callers []string) []string {
	concernsGit := func(variable string) bool {
		return strings.HasPrefix(variable, "GIT_") || strings.HasPrefix(variable, "XDG_") || strings.HasPrefix(variable, "HOME=")
	}
	variables := slices.DeleteFunc(os.Environ(), concernsGit)
	for _, variable := range callers {
		if concernsGit(variable) {
			name, value, _ := strings.Cut(variable, "=")
			variables = append(variables, name+"="+fromWindows(value))
		}
	}
	return variables
}

// drive is the Wine drive that contains the whole file system of this machine.
const drive = "Z:"

// ToWindows returns the name of a file of this machine for a program under Wine.
func ToWindows(path string) string { return drive + strings.ReplaceAll(path, "/", `\`) }

// toWindows adds the drive to an answer that is a path, as git for Windows does.
func toWindows(answer []byte) []byte {
	if bytes.HasPrefix(answer, []byte("/")) && bytes.Count(answer, []byte("\n")) == 1 {
		return append([]byte(drive), answer...)
	}
	return answer
}

// fromWindows is the opposite of ToWindows; it returns any other text unchanged.
func fromWindows(text string) string {
	if path, found := strings.CutPrefix(text, drive); found {
		return strings.ReplaceAll(path, `\`, "/")
	}
	return text
}
