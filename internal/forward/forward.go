// Package forward lets git on another machine ask the doorkey on this machine during an ssh
// session. doorkey signs in, refreshes and stores here. The other machine only asks.
package forward

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"git-credential-doorkey/internal/helper"
	"git-credential-doorkey/internal/session"
	"git-credential-doorkey/internal/terminal"
)

// ExitError is the exit code of ssh, which is that of the command on the other machine.
type ExitError int

// exitError returns an ExitError. If a signal ended ssh, the code is 255, which ssh uses
// for its own errors.
func exitError(code int) ExitError {
	if code < 0 {
		code = 255
	}
	return ExitError(code)
}

func (e ExitError) Error() string { return fmt.Sprintf("ssh ended with exit code %d", int(e)) }

// Run runs ssh with a socket through which git on the other machine asks here. doorkey's
// own arguments come first; all others are ssh's. With --print-config, Run only prints to
// out how to configure ssh to do this without doorkey's command.
func Run(ctx context.Context, h *helper.Helper, args []string, out io.Writer) error {
	given, args, err := parseOptions(ctx, args)
	switch {
	case err != nil:
		return err
	case given.listen != "":
		return startListener(ctx, h, given.listen)
	case given.serve != "":
		return serveOnDemand(ctx, h, given.serve)
	}
	call, err := parseSSH(args)
	if err != nil {
		return err
	}
	if given.printConfig {
		return printConfig(h, given, call, out)
	}
	program, err := exec.LookPath("ssh")
	if err != nil {
		return errors.New("ssh is not on PATH\ninstall OpenSSH")
	}
	if !call.hasSession() {
		return runSSH(program, args)
	}
	return runSession(ctx, h, given, program, call)
}

// runSession answers git on the other machine while ssh runs.
func runSession(ctx context.Context, h *helper.Helper, given options, program string, call sshCommand) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	confirmation, err := newConfirmation(h, given.confirm, call.destination)
	if err != nil {
		return err
	}
	s := &server{Helper: h, word: rand.Text(), hosts: given.hosts, end: end, confirmation: confirmation}
	listener, stop, err := listen()
	if err != nil {
		return err
	}
	defer stop()
	defer s.open(listener, call.destination)()
	go s.serve(ctx, listener)
	remoteSocket := "/tmp/doorkey-" + strings.ToLower(rand.Text())
	ours := []string{"-R", remoteSocket + ":" + listener.Addr().String(), "-o", "ControlPath=none", "-o", "RemoteCommand=none"}
	if call.wantsTerminal(terminal.IsTerminal(os.Stdin)) {
		ours = append(ours, "-t")
	}
	return runSSH(program, call.arguments(ours, remoteCommand(remoteSocket, strings.Join(call.command, " "))))
}

// open records the session for "status", and returns a function that removes the record.
// The session works without the record, too.
func (s *server) open(listener net.Listener, destination string) (remove func()) {
	record, err := session.Open(s.Cache.Directory, session.Session{Destination: destination, Started: time.Now(), Socket: listener.Addr().String()})
	if err != nil {
		s.UI.ReportError(fmt.Errorf("\"status\" will not show this session: %v", err))
		return func() {}
	}
	s.record = record
	return func() { _ = record.Close() } // "status" removes it as well
}

// runSSH runs ssh until it ends. ssh has the terminal and receives its signals: Ctrl-C is
// for the other machine.
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
			if got != os.Interrupt { // the terminal sends that to ssh as well
				_ = ssh.Process.Signal(got)
			}
		}
	}
}
