package e2e

import (
	"os"
	"regexp"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"git-credential-doorkey/internal/test/engines"
)

// engineOf is the key of a script's Doorkeeper.
type engineOf struct{ *engines.Engine }

// doorkeeperCommand is the command of the real engine: start, configure, expire (as "gitlab
// expire"), revoke (all tokens), count GRANT-TYPE N. "start" sets $GITLAB.
func doorkeeperCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: doorkeeper <command>")
	}
	engine := ts.Value(engineOf{}).(*engineOf)
	switch args[0] {
	case "start":
		engine.Engine = engines.StartDoorkeeper(test(ts))
		ts.Setenv("GITLAB", engine.URL)
		ts.Setenv("CLIENT_ID", engine.ClientID)
	case "configure":
		ts.Check(ts.Exec("git", "config", "--global", "credential."+engine.URL+".oauthClientId", engine.ClientID))
	case "expire":
		ts.Check(engine.Expire())
		expireAccounts(ts)
	case "revoke":
		ts.Check(engine.Revoke())
	case "count":
		countOf(ts, engine.Engine, args[1:])
	default:
		ts.Fatalf("doorkeeper %s: unknown", args[0])
	}
}

// countOf fails the script unless an engine has counted "KIND N".
func countOf(ts *testscript.TestScript, engine *engines.Engine, args []string) {
	counts, err := engine.Counts()
	ts.Check(err)
	if got := strconv.Itoa(counts[args[0]]); got != args[1] {
		ts.Fatalf("the engine has counted %s of %s, want %s; all: %v", got, args[0], args[1], counts)
	}
}

// oidcOf is the key of a script's oidc-provider.
type oidcOf struct{ *engines.Engine }

// oidcCommand is the command of the second real engine: start, configure, expire, count
// GRANT-TYPE N, and approve FILE, which waits until doorkey has written its device code to
// the file as an event. "start" sets $OIDC and $CLIENT_ID.
func oidcCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: oidc <command>")
	}
	engine := ts.Value(oidcOf{}).(*oidcOf)
	switch args[0] {
	case "start":
		engine.Engine = engines.StartOIDCProvider(test(ts))
		ts.Setenv("OIDC", engine.URL)
		ts.Setenv("CLIENT_ID", engine.ClientID)
	case "configure":
		for key, value := range map[string]string{
			"oauthClientId": engine.ClientID, "oauthAuthURL": engine.AuthURL, "oauthTokenURL": engine.TokenURL,
			"oauthDeviceAuthURL": engine.DeviceAuthURL, "oauthScopes": "read_repository write_repository",
		} {
			ts.Check(ts.Exec("git", "config", "--global", "credential."+engine.URL+"."+key, value))
		}
	case "expire":
		ts.Check(engine.Expire())
		expireAccounts(ts)
	case "approve":
		ts.Check(engine.ApproveDevice(eventField(ts, ts.MkAbs(args[1]), `"verification_uri_complete":"([^"]*)"`)))
	case "count":
		countOf(ts, engine.Engine, args[1:])
	default:
		ts.Fatalf("oidc %s: unknown", args[0])
	}
}

// eventField waits for an event in a file of events, and returns the first group of the
// pattern in it.
func eventField(ts *testscript.TestScript, path, pattern string) string {
	event := regexp.MustCompile(pattern)
	var found [][]byte
	if !comes(func() bool {
		content, _ := os.ReadFile(path) // it may not exist yet
		found = event.FindSubmatch(content)
		return found != nil
	}) {
		ts.Fatalf("no such event within %v in %s: %s", patience, path, ts.ReadFile(path))
	}
	return string(found[1])
}
