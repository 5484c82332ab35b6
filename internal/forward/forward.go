// Package forward lets git on another machine ask the doorkey at home, in a session of
// ssh: what signs in, refreshes and stores is here, and the other machine only asks.
package forward

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"git-credential-doorkey/internal/command"
	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/terminal"
	"git-credential-doorkey/internal/ui"
)

// ExitError is the exit code of ssh, which is that of the command on the other machine.
type ExitError int

// exitError is ExitError; 255, which is ssh's own, if a signal has ended it.
func exitError(code int) ExitError {
	if code < 0 {
		code = 255
	}
	return ExitError(code)
}

func (e ExitError) Error() string { return fmt.Sprintf("ssh ended with exit code %d", int(e)) }

// Run runs ssh with a socket by which git on the other machine asks here. All of its
// arguments but doorkey's own, which come first, are ssh's.
func Run(ctx context.Context, h *helper.Helper, args []string) error {
	hosts, args, err := ownOptions(ctx, args)
	if err != nil {
		return err
	}
	program, err := exec.LookPath("ssh")
	if err != nil {
		return errors.New("ssh is not on PATH\ninstall OpenSSH")
	}
	given, err := parseSSH(args)
	if err != nil {
		return err
	}
	if !given.hasSession() {
		return runSSH(program, args)
	}
	listener, stop, err := listen()
	if err != nil {
		return err
	}
	defer stop()
	ctx, end := context.WithCancel(ctx)
	defer end()
	s := &server{Helper: h, word: rand.Text(), hosts: hosts, end: end}
	go s.serve(ctx, listener)
	remoteSocket := "/tmp/doorkey-" + strings.ToLower(rand.Text())
	ours := []string{"-R", remoteSocket + ":" + listener.Addr().String(), "-o", "ControlPath=none", "-o", "RemoteCommand=none"}
	if given.wantsTerminal(terminal.IsTerminal(os.Stdin)) {
		ours = append(ours, "-t")
	}
	return runSSH(program, given.arguments(ours, remoteCommand(remoteSocket, strings.Join(given.command, " "))))
}

// directoryOf is how the directory of a session's socket begins.
const directoryOf = "doorkey-ssh-"

// listen makes a socket in a directory that is this user's alone.
func listen() (listener net.Listener, stop func(), err error) {
	removeStale()
	directory, err := os.MkdirTemp("", directoryOf) // mode 0700
	if err != nil {
		return nil, nil, err
	}
	stop = func() { os.RemoveAll(directory) }
	if listener, err = net.Listen("unix", filepath.Join(directory, "s")); err != nil {
		stop()
		return nil, nil, fmt.Errorf("cannot listen for git on the other machine: %v", err)
	}
	return listener, stop, nil
}

// removeStale removes what a session has left whose doorkey was killed: nobody answers
// there. Only a directory as listen makes it is looked at: others can make their own in
// the same place.
func removeStale() {
	sockets, _ := filepath.Glob(filepath.Join(os.TempDir(), directoryOf+"*", "s"))
	for _, socket := range sockets {
		directory, err := os.Lstat(filepath.Dir(socket))
		if err != nil || directory.Mode() != os.ModeDir|0o700 {
			continue
		}
		connection, err := net.Dial("unix", socket)
		if err == nil {
			connection.Close()
		} else if errors.Is(err, syscall.ECONNREFUSED) {
			os.RemoveAll(filepath.Dir(socket))
		}
	}
}

// ownOptions are doorkey's, in front of ssh's: "--host URL".
func ownOptions(ctx context.Context, args []string) (hosts, rest []string, err error) {
	for len(args) > 0 && strings.HasPrefix(args[0], "--") && args[0] != "--" {
		name, value, inOne := strings.Cut(args[0], "=")
		if name != "--host" {
			return nil, nil, ui.UsageError{Problem: fmt.Sprintf("unknown option %q", name), Command: "ssh"}
		}
		args = args[1:]
		if !inOne {
			if len(args) == 0 {
				return nil, nil, ui.UsageError{Problem: "the option \"--host\" needs a value", Command: "ssh"}
			}
			value, args = args[0], args[1:]
		}
		target, err := command.TargetOf(ctx, value)
		if err != nil {
			return nil, nil, err
		}
		hosts = append(hosts, target.Origin)
	}
	return hosts, args, nil
}

// runSSH runs ssh to its end. It has the terminal, and its signals: Ctrl-C is for the
// other machine.
func runSSH(program string, args []string) error {
	ssh := exec.Command(program, args...)
	ssh.Stdin, ssh.Stdout, ssh.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := ssh.Start(); err != nil {
		return err
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	ended := make(chan error, 1)
	go func() { ended <- ssh.Wait() }()
	for {
		select {
		case err := <-ended:
			if failed, is := errors.AsType[*exec.ExitError](err); is {
				return exitError(failed.ExitCode())
			}
			return err
		case got := <-signals:
			if got != os.Interrupt { // which the terminal sends to ssh as well
				_ = ssh.Process.Signal(got)
			}
		}
	}
}
