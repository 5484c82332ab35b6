package settings

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"git-credential-doorkey/internal/fleet"
	"git-credential-doorkey/internal/gitconfig"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/oauthflow"
)

// Fleet says where the sign-in to a host is shared with other machines.
type Fleet struct {
	Address   string // credential.oauthFleet; "" if the sign-in is not shared
	KeyFile   string // credential.oauthFleetKey
	TokenFile string // credential.oauthFleetTokenFile
}

// IsSet reports whether the sign-in is shared.
func (f Fleet) IsSet() bool { return f.Address != "" }

// Variables with the contents of Fleet's files, or with their paths.
const (
	FleetKeyVariable     = "DOORKEY_FLEET_KEY"
	FleetKeyFileVariable = "DOORKEY_FLEET_KEY_FILE"
	FleetTokenVariable   = "DOORKEY_FLEET_TOKEN"
	vaultTokenVariable   = "VAULT_TOKEN"
)

// FleetAccess is everything that using a fleet's record requires. It marshals to JSON
// except for the secrets, which the caller has to pass on separately.
type FleetAccess struct {
	Address   fleet.Address
	HTTP      oauthflow.HTTPSettings
	Keys      secret.Text `json:"-"` // in the form that fleet.ParseKeys reads
	KeySource string      // where Keys comes from, for messages
	TokenFile string      // read for each request; "" if Token is set
	Token     secret.Text `json:"-"` // of Kubernetes or Vault
	User      string      // of etcd
	Password  secret.Text `json:"-"` // of etcd
}

// FleetAccess finds out how the machines of a fleet share the sign-in to an origin: the
// engine's address, how git would reach it, and which keys and token to use. An error
// names the setting.
func (r Reader) FleetAccess(ctx context.Context, origin string, f Fleet) (a FleetAccess, err error) {
	if err := r.rejectGlobal(ctx, origin, [][2]string{{"oauthFleet", f.Address}}); err != nil {
		return FleetAccess{}, err
	}
	if a.Address, err = fleet.ParseAddress(f.Address); err != nil {
		return FleetAccess{}, fmt.Errorf("credential.oauthFleet: %v", err)
	}
	if a.Address.Kind == fleet.Kubernetes {
		if a.Address.URL, err = fleet.InCluster(r.Environment.Variable); err != nil {
			return FleetAccess{}, err
		}
	}
	if a.HTTP, err = r.HTTP(ctx, "", a.Address.URL); err != nil {
		return FleetAccess{}, err
	}
	if _, missing := os.Stat(fleet.PodCAFile); a.Address.Kind == fleet.Kubernetes && a.HTTP.CAFile == "" && missing == nil {
		a.HTTP.CAFile = fleet.PodCAFile
	}
	if err := r.findFleetKeys(ctx, f, &a); err != nil {
		return FleetAccess{}, err
	}
	return a, r.findFleetToken(ctx, f, &a)
}

// findFleetKeys finds the keys: in a variable, or in a file that a variable or the
// configuration names.
func (r Reader) findFleetKeys(ctx context.Context, f Fleet, a *FleetAccess) error {
	if text := r.Environment.Variable(FleetKeyVariable); text != "" {
		a.Keys, a.KeySource = secret.New(text), FleetKeyVariable
	} else {
		path, source := r.Environment.Variable(FleetKeyFileVariable), FleetKeyFileVariable
		if path == "" {
			path, source = f.KeyFile, "credential.oauthFleetKey"
		}
		if path == "" {
			return errors.New("credential.oauthFleet is set, but its key is not\n" +
				"set credential.<url>.oauthFleetKey or " + FleetKeyFileVariable + " to the file with the fleet's keys; to create a key, run: git credential-doorkey fleet-key")
		}
		content, err := readNamed(ctx, source, path)
		if err != nil {
			return err
		}
		a.Keys, a.KeySource = content, path
	}
	if _, err := fleet.ParseKeys(a.Keys); err != nil {
		return fmt.Errorf("cannot read the fleet's keys in %s: %v", a.KeySource, err)
	}
	return nil
}

// findFleetToken finds the credential for the engine.
func (r Reader) findFleetToken(ctx context.Context, f Fleet, a *FleetAccess) (err error) {
	if a.Address.Kind == fleet.Etcd {
		a.User, a.Password, err = storedLogin(ctx, a.Address.URL)
		return err
	}
	a.Token = secret.New(r.Environment.Variable(FleetTokenVariable))
	switch {
	case !a.Token.IsEmpty():
		return nil
	case f.TokenFile != "":
		if a.TokenFile, err = gitconfig.ExpandPath(ctx, f.TokenFile); err == nil {
			a.TokenFile, err = filepath.Abs(a.TokenFile) // the refresh child reads it in another directory
		}
		return err
	case a.Address.Kind == fleet.Kubernetes:
		a.TokenFile = fleet.PodTokenFile
		return nil
	}
	if a.Token = secret.New(r.Environment.Variable(vaultTokenVariable)); a.Token.IsEmpty() {
		return fmt.Errorf("no token for Vault at %s is configured\nset credential.<url>.oauthFleetTokenFile to the file that Vault's agent writes, or set %s", a.Address.URL, vaultTokenVariable)
	}
	return nil
}

// ReadToken returns the token for Kubernetes or Vault. It reads a file each time: the
// file is replaced while doorkey runs.
func (a FleetAccess) ReadToken() (secret.Text, error) {
	if a.TokenFile == "" {
		return a.Token, nil
	}
	content, err := os.ReadFile(a.TokenFile)
	if err != nil {
		return secret.Text{}, fmt.Errorf("cannot read the token for the fleet's engine in \"%s\": %v\nset credential.<url>.oauthFleetTokenFile to the file that contains it", a.TokenFile, reasonOf(err))
	}
	return secret.New(strings.TrimSpace(string(content))), nil
}

// storedLogin asks git's credential helpers for the user and password of an engine; they
// know none for an engine without users.
func storedLogin(ctx context.Context, address string) (user string, password secret.Text, err error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return "", secret.Text{}, err
	}
	kept, err := storedCredential(ctx, parsed)
	if errors.Is(err, gitconfig.ErrNoCredential) {
		return "", secret.Text{}, nil
	}
	return kept.Username, kept.Password, err
}

// readNamed reads a file that a setting names.
func readNamed(ctx context.Context, setting, path string) (secret.Text, error) {
	expanded, err := gitconfig.ExpandPath(ctx, path)
	if err != nil {
		return secret.Text{}, fmt.Errorf("%s: %v", setting, err)
	}
	content, err := os.ReadFile(expanded)
	if err != nil {
		return secret.Text{}, fmt.Errorf("%s is \"%s\", which cannot be read: %v", setting, path, reasonOf(err))
	}
	return secret.New(string(content)), nil
}

// reasonOf says why a file could not be read, without its path.
func reasonOf(err error) error {
	if failed, is := errors.AsType[*fs.PathError](err); is {
		return failed.Err
	}
	return err
}
