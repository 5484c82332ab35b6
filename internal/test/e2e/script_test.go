package e2e

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"git-credential-doorkey/internal/test/fakegitlab"
	"git-credential-doorkey/internal/test/keyring"
	"git-credential-doorkey/internal/test/parts"
)

// scriptCommands returns the commands of scripts besides testscript's own.
func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"gitlab": gitlab, "browser": browser, "appears": appears, "needs": needs, "needs-strace": needsStrace, "keyring": startKeyring, "readonly": readOnly,
		"doorkeeper": doorkeeperCommand, "oidc": oidcCommand, "terminal": terminalCommand, "chromium": chromiumCommand, "proxy": proxyCommand, "fleet": fleetCommand, "sshd": sshdCommand, "shows-no-secret": showsNoSecret,
	}
}

// testOf is the key of a script's test.
type testOf struct{}

func test(ts *testscript.TestScript) testing.TB { return ts.Value(testOf{}).(testing.TB) }

// needs is "needs PROGRAM PACKAGE": skip the script if a program is missing.
func needs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: needs PROGRAM PACKAGE")
	}
	parts.Program(test(ts), args[0], "apt-get install "+args[1])
}

// needsStrace is "needs-strace": skip the script if strace cannot trace doorkey.
func needsStrace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: needs-strace")
	}
	parts.Strace(test(ts))
}

// startKeyring is "keyring": start a real keyring for the rest of the script.
func startKeyring(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: keyring")
	}
	ts.Setenv("DBUS_SESSION_BUS_ADDRESS", keyring.Start(test(ts)).Address)
}

// readOnly is "readonly DIRECTORY": nothing can be written there until the end of the
// script. File modes do not stop root, so for root it mounts the directory read-only.
func readOnly(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: readonly DIRECTORY")
	}
	if os.Getuid() != 0 {
		ts.Check(os.Chmod(args[0], 0o500))
		ts.Defer(func() { os.Chmod(args[0], 0o700) })
		return
	}
	if ts.Exec("mount", "--bind", args[0], args[0]) != nil {
		parts.Missing(test(ts), "the right to mount", "run the tests as an ordinary user, or as a root that has CAP_SYS_ADMIN")
	}
	ts.Defer(func() { ts.Exec("umount", args[0]) })
	ts.Check(ts.Exec("mount", "-o", "remount,bind,ro", args[0]))
}

// serverOf is the key of a script's fake GitLab.
type serverOf struct {
	*fakegitlab.Server
	held chan struct{} // closed by "gitlab behave"
}

// gitlab is the command of the fake GitLab:
//
//	gitlab start [-root /path] [-lifetime 8h] [-secret S] [-redirect /path] [-trusted]
//	             [-no-device] [-device-lifetime 5m] [-client-certificate]
//	             [-scopes 'read_repository read_user']
//	             [-gateway 'X-Gate: open'] [-as github|gitea|bitbucket]
//	gitlab configure             configure git for its CA and doorkey for its application
//	gitlab register [confidential]  do on its page what the terminal shows, and set $APPLICATION_ID
//	gitlab expire                two hours later: all access tokens have expired, for doorkey, too
//	gitlab revoke-tokens         all access tokens are invalid, refresh tokens are valid
//	gitlab revoke-grants         all tokens are invalid
//	gitlab replace-application   register another application with a new ID: $CLIENT_ID
//	gitlab alive FILE, dead FILE fail unless the token in the file is valid, or invalid
//	gitlab approve-device        the user enters the code that was issued last
//	gitlab expire-codes          all issued codes have expired
//	gitlab deny-device           the user refuses there
//	gitlab count KIND N          fail unless it has counted N requests of a kind
//	gitlab await KIND N          wait until it has counted N requests of a kind
//	gitlab misbehave KIND [-times N] [-status N] [-cut] [-carry-out] [-delay 1s] [-hold] [-fill N] [-body B] [-location URL] [-www-authenticate C] [-date D]
//	gitlab behave                 stop misbehaving, and send the answers that are held
//
// start sets $GITLAB, $GITLAB_HOST, $GITLAB_CA and $CLIENT_ID. With
// -client-certificate it sets $CLIENT_CERTIFICATE and $CLIENT_KEY, for an
// application that needs them $CLIENT_SECRET and $REDIRECT_URI, and with -redirect
// a $REDIRECT_URI with that path and a free port. The script fails if the server
// received anything that a client must not send.
func gitlab(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: gitlab <command>")
	}
	server := ts.Value(serverOf{}).(*serverOf)
	if args[0] == "start" {
		start(ts, server, args[1:])
		return
	}
	if server.Server == nil {
		ts.Fatalf("gitlab start comes first")
	}
	switch args[0] {
	case "configure":
		for _, setting := range [][2]string{
			{"credential.oauthTimeout", "60"}, // if something is wrong, a script does not wait for five minutes
			{"http." + server.URL() + ".sslCAInfo", server.CAFile()},
			{"credential." + ts.Getenv("GITLAB_ORIGIN") + ".oauthClientId", server.ClientID()},
		} {
			ts.Check(ts.Exec("git", "config", "--global", setting[0], setting[1]))
		}
	case "expire":
		server.ExpireAccessTokens()
		expireAccounts(ts)
	case "revoke-tokens":
		server.RevokeAccessTokens()
	case "revoke-grants":
		server.RevokeGrants()
	case "replace-application":
		server.ReplaceApplication()
		ts.Setenv("CLIENT_ID", server.ClientID())
	case "alive", "dead":
		if alive := server.Alive(strings.TrimSpace(ts.ReadFile(args[1]))); alive != (args[0] == "alive") {
			ts.Fatalf("the token in %s lives: %t", args[1], alive)
		}
	case "expire-codes":
		server.ExpireDeviceCodes()
	case "approve-device":
		ts.Check(server.ApproveDevice(lastUserCode(ts, server.Server)))
	case "deny-device":
		ts.Check(server.DenyDevice(lastUserCode(ts, server.Server)))
	case "register":
		register(ts, args[1:])
	case "count":
		count(ts, server.Server, args[1:])
	case "await":
		want, err := strconv.Atoi(args[2])
		ts.Check(err)
		if !comes(func() bool { return server.Count(fakegitlab.Kind(args[1])) >= want }) {
			ts.Fatalf("the server was not asked %s %d times: %v", args[1], want, server.Counts())
		}
	case "misbehave":
		misbehave(ts, server, args[1:])
	case "behave":
		server.Behave()
		close(server.held)
		server.held = make(chan struct{})
	default:
		ts.Fatalf("gitlab %s: unknown", args[0])
	}
}

func start(ts *testscript.TestScript, server *serverOf, args []string) {
	options := fakegitlab.Options{Directory: ts.MkAbs("gitlab")}
	flags := flag.NewFlagSet("gitlab start", flag.ContinueOnError)
	flags.StringVar(&options.Make, "as", "", "")
	flags.StringVar(&options.Root, "root", "", "")
	flags.DurationVar(&options.AccessTokenLifetime, "lifetime", 0, "")
	flags.StringVar(&options.ClientSecret, "secret", "", "")
	flags.BoolVar(&options.ConsentAutomatically, "trusted", false, "")
	flags.BoolVar(&options.DeviceFlowOff, "no-device", false, "")
	flags.BoolVar(&options.RequireClientCertificate, "client-certificate", false, "")
	flags.StringVar(&options.Gateway, "gateway", "", "")
	flags.DurationVar(&options.DeviceLifetime, "device-lifetime", 0, "")
	options.DeviceInterval = time.Second
	path, scopes := flags.String("redirect", "", ""), flags.String("scopes", "", "")
	ts.Check(flags.Parse(args))
	if *scopes != "" {
		options.Scopes = strings.Fields(*scopes)
	}
	ts.Check(os.Mkdir(options.Directory, 0o700))
	if strings.HasPrefix(options.Make, "bitbucket") {
		*path = "/"
	}
	if *path != "" {
		options.RedirectURIs = []string{"http://localhost:" + parts.FreePort(test(ts)) + *path}
		ts.Setenv("REDIRECT_URI", options.RedirectURIs[0])
	}
	var err error
	server.Server, err = fakegitlab.Start(options)
	ts.Check(err)
	origin := strings.TrimSuffix(server.URL(), options.Root)
	ts.Setenv("GITLAB", server.URL())
	ts.Setenv("GITLAB_ORIGIN", origin)
	ts.Setenv("GITLAB_HOST", strings.TrimPrefix(origin, "https://"))
	ts.Setenv("GITLAB_CA", filepath.ToSlash(server.CAFile()))
	ts.Setenv("CLIENT_ID", server.ClientID())
	if options.RequireClientCertificate {
		certificate, key := server.ClientCertificate()
		ts.Setenv("CLIENT_CERTIFICATE", certificate)
		ts.Setenv("CLIENT_KEY", key)
	}
	ts.Setenv("CLIENT_SECRET", server.ClientSecret())
}

func count(ts *testscript.TestScript, server *fakegitlab.Server, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: gitlab count KIND N")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	if got := server.Count(fakegitlab.Kind(args[0])); got != want {
		ts.Fatalf("the server has counted %d of %s, want %d; all: %v", got, args[0], want, server.Counts())
	}
}

// lastUserCode waits for a code that was issued and that the user has not answered yet.
func lastUserCode(ts *testscript.TestScript, server *fakegitlab.Server) string {
	code := ""
	if !comes(func() bool {
		codes := server.UserCodes()
		if len(codes) > 0 {
			code = codes[len(codes)-1]
		}
		return code != ""
	}) {
		ts.Fatalf("no code has been given within %v", patience)
	}
	return code
}

// patience is how long a script waits for a result on a busy machine. If everything works,
// the wait is much shorter.
const patience = 2 * time.Minute

// comes waits until a condition is true, for up to that time.
func comes(isThere func() bool) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if isThere() {
			return true
		}
	}
	return false
}

func misbehave(ts *testscript.TestScript, server *serverOf, args []string) {
	m := fakegitlab.Misbehaviour{At: fakegitlab.Kind(args[0])}
	flags := flag.NewFlagSet("gitlab misbehave", flag.ContinueOnError)
	flags.IntVar(&m.Times, "times", 0, "")
	flags.IntVar(&m.Status, "status", 0, "")
	flags.BoolVar(&m.CarryOut, "carry-out", false, "")
	flags.DurationVar(&m.Delay, "delay", 0, "")
	flags.Int64Var(&m.Fill, "fill", 0, "")
	flags.StringVar(&m.Body, "body", "", "")
	hold := flags.Bool("hold", false, "")
	cut := flags.Bool("cut", false, "")
	location := flags.String("location", "", "")
	challenge := flags.String("www-authenticate", "", "")
	date := flags.String("date", "", "")
	ts.Check(flags.Parse(args[1:]))
	if *hold {
		m.Hold = server.held
	}
	if *cut {
		m.Cut = fakegitlab.BeforeAnswer
	}
	if *location != "" {
		m.Header = map[string][]string{"Location": {*location}}
	}
	if *challenge != "" {
		m.Header = map[string][]string{"Www-Authenticate": {*challenge}}
	}
	if *date != "" {
		m.Header = map[string][]string{"Date": {*date}}
	}
	server.Misbehave(m)
}

// browser is "browser opened N": fail unless the browser was opened N times. It waits for
// that, because doorkey does not wait for a browser to start.
func browser(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || args[0] != "opened" {
		ts.Fatalf("usage: browser opened N")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	var log []byte
	opened := func() int {
		if log, err = os.ReadFile(ts.Getenv("BROWSER_LOG")); err != nil && !os.IsNotExist(err) {
			ts.Fatalf("%v", err)
		}
		return strings.Count(string(log), "opened ")
	}
	comes(func() bool { return opened() >= want })
	if got := opened(); got != want {
		ts.Fatalf("the browser was opened %d times, want %d:\n%s", got, want, log)
	}
}

// appears is "appears REGEXP FILE": wait until the file matches. The file name may contain
// a shell pattern.
func appears(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: appears REGEXP FILE")
	}
	pattern := regexp.MustCompile("(?m)" + args[0])
	if !comes(func() bool {
		paths, err := filepath.Glob(ts.MkAbs(args[1]))
		ts.Check(err)
		return slices.ContainsFunc(paths, func(path string) bool {
			content, err := os.ReadFile(path)
			return err == nil && pattern.Match(content)
		})
	}) {
		ts.Fatalf("%q does not appear in %s", args[0], args[1])
	}
}

// expireAccounts sets back the expiry that doorkey has stored, as if time had passed.
func expireAccounts(ts *testscript.TestScript) { ts.Check(expireIn(ts.Getenv("STATE"))) }

// expireIn sets back the expiry of all accounts in a state directory. The expiry is not
// encrypted.
func expireIn(state string) error {
	paths, err := filepath.Glob(filepath.Join(state, "http*.json"))
	if err != nil {
		return err
	}
	expiry := regexp.MustCompile(`"expiry": "[^"]*"`)
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.WriteFile(path, expiry.ReplaceAll(content, []byte(`"expiry": "2001-01-01T00:00:00Z"`)), 0o600); err != nil {
			return err
		}
	}
	return nil
}
