package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"git-credential-doorkey/internal/fleet"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/test/registers"
)

// fleetOf is the key of the engine of a script's fleet.
type fleetOf struct{ *registers.Engine }

// fleetCommand is the command of a fleet:
//
//	fleet start ENGINE   start etcd, etcd-with-users, kubernetes or vault, and set $FLEET to its
//	                     address, $FLEET_URL, $FLEET_CA, $FLEET_DATA and $FLEET_TOKEN; the files etcd-password and
//	                     etcd-reader are for "git credential approve"
//	fleet configure      configure git for the fleet with the GitLab of the script, with a new key
//	fleet host NAME      run everything that follows on another machine
//	fleet expire         two hours later: the token has expired for the server, the record and
//	                     all machines
//	fleet kill           stop the engine, as a power cut does
//	fleet revive         start it again, with its data
func fleetCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: fleet <command>")
	}
	engine := ts.Value(fleetOf{}).(*fleetOf)
	switch args[0] {
	case "start":
		start, known := fleetEngines()[args[1]]
		if !known {
			ts.Fatalf("fleet start %s: unknown", args[1])
		}
		engine.Engine = start(test(ts))
		ts.Setenv("FLEET", engine.Address)
		ts.Setenv("FLEET_URL", engine.URL)
		ts.Setenv("FLEET_CA", engine.CAFile)
		ts.Setenv("FLEET_DATA", engine.Data)
		ts.Setenv("FLEET_TOKEN", engine.Token)
		host := strings.TrimPrefix(engine.URL, "https://")
		for name, user := range map[string]string{"etcd-password": engine.User, "etcd-reader": engine.ReadOnlyUser} {
			content := fmt.Sprintf("protocol=https\nhost=%s\nusername=%s\npassword=%s\n\n", host, user, engine.Password)
			ts.Check(os.WriteFile(ts.MkAbs(name), []byte(content), 0o600))
		}
		for _, variable := range engine.Environment {
			name, value, _ := strings.Cut(variable, "=")
			ts.Setenv(name, value)
		}
	case "configure":
		key := ts.MkAbs("fleet.key")
		ts.Check(ts.Exec("git-credential-doorkey", "fleet-key"))
		ts.Check(os.WriteFile(key, []byte(ts.ReadFile("stdout")), 0o600))
		section := "credential." + ts.Getenv("GITLAB_ORIGIN")
		settings := [][2]string{{section + ".oauthFleet", engine.Address}, {section + ".oauthFleetKey", key}}
		if engine.CAFile != "" {
			settings = append(settings, [2]string{"http." + engine.URL + ".sslCAInfo", engine.CAFile})
		}
		for _, setting := range settings {
			ts.Check(ts.Exec("git", "config", "--global", setting[0], setting[1]))
		}
	case "host":
		ts.Setenv("DOORKEY_STATE_DIR", ts.MkAbs("host-"+args[1]))
	case "expire":
		states, err := filepath.Glob(ts.MkAbs("host-*"))
		ts.Check(err)
		ts.Value(serverOf{}).(*serverOf).ExpireAccessTokens()
		ts.Check(expireFleet(engine.Engine, ts.ReadFile("fleet.key"), ts.Getenv("GITLAB_ORIGIN"), states))
	case "kill":
		engine.Stop()
	case "revive":
		engine.Start()
	default:
		ts.Fatalf("fleet %s: unknown", args[0])
	}
}

func fleetEngines() map[string]func(testing.TB) *registers.Engine {
	return map[string]func(testing.TB) *registers.Engine{
		"etcd": registers.StartEtcd, "etcd-with-users": registers.StartEtcdWithUsers,
		"kubernetes": registers.StartKubernetes, "vault": registers.StartVault,
	}
}

// expireFleet sets back the expiry of a fleet's token, as if time had passed: in the
// record, and in the state directories of the machines.
func expireFleet(engine *registers.Engine, key, origin string, states []string) error {
	keys, err := fleet.ParseKeys(secret.New(key))
	if err != nil {
		return err
	}
	address, err := fleet.ParseAddress(engine.Address)
	if err != nil {
		return err
	}
	address.URL = engine.URL
	name := fleet.Name{Origin: origin}
	register := address.Open(fleet.Access{
		Client: engine.Client(),
		Token:  func() (secret.Text, error) { return secret.New(engine.Token), nil },
		Login: func(context.Context) (string, secret.Text, error) {
			return engine.User, secret.New(engine.Password), nil
		},
	}, name.InEngine())
	value, version, now, err := register.Read(context.Background())
	if err != nil {
		return err
	}
	record, err := keys.Open(name, value)
	if err != nil {
		return err
	}
	record.Tokens.Obtained, record.Tokens.Expiry = now.Add(-2*time.Hour), now.Add(-time.Minute)
	if value, err = keys.Seal(name, record); err != nil {
		return err
	}
	if _, err := register.Swap(context.Background(), value, version); err != nil {
		return err
	}
	for _, state := range states {
		if err := expireIn(state); err != nil {
			return err
		}
	}
	return nil
}
