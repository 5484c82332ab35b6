package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/secret"
)

// TestAttackByEditedRecord: an attacker can write to the files, for example through a
// backup or a synchronised home, but does not have the data key. Whatever they change in
// the parts that are not encrypted, doorkey neither returns nor sends the encrypted
// secrets.
func TestAttackByEditedRecord(t *testing.T) {
	for name, edit := range map[string]struct{ user, pattern, replacement string }{
		"token endpoint":                  {"work", `"token_endpoint": "[^"]*"`, `"token_endpoint": "THIEF/token"`},
		"token endpoint given twice":      {"work", `"token_endpoint": "[^"]*"`, `"token_endpoint": "THIEF/x", "token_endpoint": "THIEF/token"`},
		"token endpoint in other letters": {"work", `"token_endpoint": `, `"Token_Endpoint": "THIEF/token", "ignored": `},
		"revocation endpoint":             {"work", `"client_id"`, `"revocation_endpoint": "THIEF/revoke", "client_id"`},
		"client ID":                       {"work", `"client_id": "[^"]*"`, `"client_id": "evil"`},
		"label, for the default account":  {"", `"username": "work"`, `"username": ""`},
		"label of another":                {"work", `"username": "home"`, `"username": "work"`},
		"user name in the answer":         {"work", `"answer_username": "[^"]*"`, `"answer_username": "evil"`},
		"make of server":                  {"work", `"provider": "[^"]*"`, `"provider": "evil"`},
		"path":                            {"work", `"client_id"`, `"path": "evil", "client_id"`},
		"grant made a password":           {"work", `"token_endpoint": "[^"]*",`, ``},
		"sealed bytes":                    {"work", `"sealed": "....`, `"sealed": "AAAA`},
		"sealed bytes cut off":            {"work", `"sealed": "[^"]*"`, `"sealed": "AAAA"`},
		"no sealed bytes":                 {"work", `"sealed": "[^"]*"`, `"sealed": ""`},
		"key of another place":            {"work", `"place": "file"`, `"place": "evil"`},
		"key file elsewhere":              {"work", `"id": "[^"]*"`, `"id": "../../evil"`},
		"origin":                          {"work", `"origin": "[^"]*"`, `"origin": "https://evil.example"`},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVictim(t)
			thief := v.meetsStranger(t, true)
			for _, label := range []string{"work", "home"} {
				keepGrant(t, v.state, cache.InFile, "https://gitlab.example.com", label)
			}
			if got := v.asks(t, "get", "protocol=https\nhost=gitlab.example.com\nusername=work\n"); fieldOf(got.stdout, "password") != "token of work" {
				t.Fatalf("before: %q, %s", got.stdout, got.stderr)
			}
			v.edit(t, "https-gitlab.example.com.json", edit.pattern, strings.ReplaceAll(edit.replacement, "THIEF", thief.URL))
			for _, expired := range []bool{false, true} {
				if expired {
					v.letExpire(t)
				}
				got := v.asks(t, "get", "protocol=https\nhost=gitlab.example.com\nusername="+edit.user+"\n")
				if strings.Contains(got.stdout, "password") || strings.Contains(got.stdout, "token") {
					t.Errorf("expired %t: answered with %q", expired, got.stdout)
				}
			}
			if connections, _ := thief.met(); connections > 0 {
				t.Error("the thief was met")
			}
		})
	}
}

// TestAttackByMovedRecord: an attacker moves an encrypted account into the file of their
// own host, and changes everything that is not encrypted to fit that host.
func TestAttackByMovedRecord(t *testing.T) {
	for _, fits := range []string{"nothing", `"origin": "`, ""} { // which addresses the attacker changes
		v := newVictim(t)
		thief := v.meetsStranger(t, true)
		keepGrant(t, v.state, cache.InFile, "https://gitlab.example.com", "")
		content, err := os.ReadFile(filepath.Join(v.state.Directory, "https-gitlab.example.com.json"))
		if err != nil {
			t.Fatal(err)
		}
		host := strings.TrimPrefix(thief.URL, "https://")
		moved := strings.ReplaceAll(string(content), fits+"https://gitlab.example.com", fits+thief.URL)
		name := filepath.Join(v.state.Directory, "https-"+strings.ReplaceAll(host, ":", "%3a")+".json")
		if err := os.WriteFile(name, []byte(moved), 0o600); err != nil {
			t.Fatal(err)
		}
		got := v.asks(t, "get", "protocol=https\nhost="+host+"\n")
		if strings.Contains(got.stdout, "password") || got.code == 0 {
			t.Errorf("set to fit %q: answered with %q, %d", fits, got.stdout, got.code)
		}
		if connections, _ := thief.met(); connections > 0 {
			t.Error("the thief was met")
		}
	}
}

// TestAttackByStoreAndErase: if git, another helper or a script asks doorkey to store or
// erase something, that changes a grant only if it contains the current token. (The storage
// tests check the same for passwords.)
func TestAttackByStoreAndErase(t *testing.T) {
	const place = "protocol=https\nhost=gitlab.example.com\n"
	for name, attack := range map[string]struct{ verb, attributes string }{
		"password for the name that is given out": {"store", "username=oauth2\npassword=evil\n"},
		"password for another name":               {"store", "username=evil\npassword=evil\n"},
		"password for no name":                    {"store", "username=\npassword=evil\n"},
		"password for the label":                  {"store", "username=work\npassword=evil\n"},
		"password for a path":                     {"store", "path=a.git\nusername=oauth2\npassword=evil\n"},
		"password that is over":                   {"store", "username=oauth2\npassword=evil\npassword_expiry_utc=1\n"},
		"refresh token":                           {"store", "username=oauth2\npassword=evil\noauth_refresh_token=evil\n"},
		"credential of another form":              {"store", "authtype=Basic\ncredential=ZXZpbA==\n"},
		"password with another helper's state":    {"store", "username=oauth2\npassword=evil\nstate[]=other:1\n"},
		"password with a made-up state":           {"store", "username=oauth2\npassword=evil\nstate[]=doorkey:1:0000:work\n"},
		"wrong password":                          {"erase", "username=oauth2\npassword=evil\n"},
		"empty password":                          {"erase", "username=oauth2\npassword=\n"},
		"wrong password for the label":            {"erase", "username=work\npassword=evil\n"},
		"wrong password and no name":              {"erase", "password=evil\n"},
		"refresh token as password":               {"erase", "username=oauth2\npassword=spare of \n"},
		"beginning of the token":                  {"erase", "username=oauth2\npassword=token\n"},
		"token in other letters":                  {"erase", "username=oauth2\npassword=TOKEN OF \n"},
		"erase of another form":                   {"erase", "authtype=Basic\ncredential=ZXZpbA==\n"},
		"wrong password with a made-up state":     {"erase", "username=oauth2\npassword=evil\nstate[]=doorkey:1:0000:work\n"},
		"another name":                            {"erase", "username=evil\n"},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVictim(t)
			for _, label := range []string{"work", ""} {
				keepGrant(t, v.state, cache.InFile, "https://gitlab.example.com", label)
			}
			before := v.files(t, "*")
			v.asks(t, attack.verb, place+attack.attributes)
			if after := v.files(t, "*"); after != before {
				t.Errorf("files before:\n%s\nand after:\n%s", before, after)
			}
		})
	}
}

// TestAttackByLongLife: the expiry is not encrypted. An attacker who edits it can make
// doorkey return an expired token to the user's git, and nothing else.
func TestAttackByLongLife(t *testing.T) {
	v := newVictim(t)
	locked, err := v.state.Lock(t.Context(), "https://gitlab.example.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = locked.Put(t.Context(), cache.InFile, cache.Account{
		Provider: "gitlab", AnswerUsername: "oauth2", ClientID: "client", TokenEndpoint: "https://gitlab.example.com/oauth/token",
		Obtained: time.Now(), Expiry: time.Now(),
	}, cache.Secrets{AccessToken: secret.New("over"), RefreshToken: secret.New("spare")})
	locked.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	v.edit(t, "http*.json", `"expiry": "[^"]*"`, `"expiry": "9999-01-01T00:00:00Z"`)
	if got := v.asks(t, "get", "protocol=https\nhost=gitlab.example.com\n"); fieldOf(got.stdout, "password") != "over" || strings.Contains(got.stdout, "spare") {
		t.Errorf("answered with %q", got.stdout)
	}
}
