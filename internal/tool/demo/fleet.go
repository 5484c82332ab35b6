package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"git-credential-doorkey/internal/test/practice"
)

// tellOfFleet shows two computers that share one sign-in through a record in etcd. If etcd
// is not installed, the demo leaves this part out.
func (s *story) tellOfFleet(ctx context.Context) {
	program, err := exec.LookPath("etcd")
	if err != nil || s.err != nil {
		return
	}
	s.step("Another computer uses the same sign-in, by a record in etcd")
	before := s.readConfiguration()
	address, stop := s.startEtcd(ctx, program)
	defer stop()
	key := filepath.Join(s.directory, "home", "fleet.key")
	if made := s.ask(ctx, s.work, "credential-doorkey", "fleet-key"); s.err == nil {
		s.err = os.WriteFile(key, []byte(made+"\n"), 0o600)
	}
	section := "credential." + s.server.URL()
	s.ask(ctx, s.work, "config", "--global", section+".oauthFleet", "etcd+"+address+"/demo")
	s.ask(ctx, s.work, "config", "--global", section+".oauthFleetKey", filepath.ToSlash(key))
	s.note("(git's configuration names the etcd, and a key that etcd does not have)")
	s.gitWithPerson(ctx, "credential-doorkey", "login", s.server.URL())
	s.counted(1, 0)
	s.note("(the other computer has the same settings, and no sign-in of its own)")
	s.environment = append(s.environment, "DOORKEY_STATE_DIR="+s.state+"-of-another")
	s.gitInSilence(ctx, "fetch")
	s.counted(0, 0)
	if s.err == nil {
		s.err = os.WriteFile(s.configuration, before, 0o600)
	}
}

// startEtcd starts an etcd on the loopback interface, and returns its address and a
// function that stops it.
func (s *story) startEtcd(ctx context.Context, program string) (address string, stop func()) {
	client, peer := s.freeAddress(), s.freeAddress()
	etcd := practice.Command(ctx, s.directory, s.environment, program, "--data-dir", filepath.Join(s.directory, "etcd"),
		"--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
		"--initial-advertise-peer-urls", peer, "--initial-cluster", "default="+peer)
	if s.err == nil {
		s.err = etcd.Start()
	}
	if s.err != nil {
		return "", func() {}
	}
	stop = func() {
		_ = etcd.Process.Kill()
		_ = etcd.Wait()
	}
	for end := time.Now().Add(patience); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
		if response, err := http.Get(client + "/health"); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return client, stop
			}
		}
	}
	s.fail("etcd does not answer at %s", client)
	return client, stop
}

// freeAddress returns an address at which no process listens.
func (s *story) freeAddress() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.fail("%v", err)
		return ""
	}
	defer listener.Close()
	return fmt.Sprint("http://", listener.Addr())
}
