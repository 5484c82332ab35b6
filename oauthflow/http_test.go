package oauthflow

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/internal/source"
	"git-credential-doorkey/internal/test/fakegitlab"
)

func TestProxy(t *testing.T) {
	for _, test := range []struct {
		name     string
		settings HTTPSettings
		want     string
	}{
		{"none", HTTPSettings{}, ""},
		{"with a port", HTTPSettings{Proxy: "http://proxy.example:3128"}, "http://proxy.example:3128"},
		{"curl's port for http", HTTPSettings{Proxy: "http://proxy.example"}, "http://proxy.example:1080"},
		{"curl's port for https", HTTPSettings{Proxy: "https://proxy.example"}, "https://proxy.example:443"},
		{"curl's port for SOCKS", HTTPSettings{Proxy: "socks5h://proxy.example"}, "socks5h://proxy.example:1080"},
		{"with a password", HTTPSettings{Proxy: "http://ada@proxy.example:1", ProxyPassword: secret.New("p@ss")}, "http://ada:p%40ss@proxy.example:1"},
		{"by the method basic", HTTPSettings{Proxy: "http://ada@proxy.example:1", ProxyPassword: secret.New("p"), ProxyAuthMethod: "basic"}, "http://ada:p@proxy.example:1"},
		{"by a method that sends no password", HTTPSettings{Proxy: "http://ada@proxy.example:1", ProxyPassword: secret.New("p"), ProxyAuthMethod: "ntlm"}, "http://proxy.example:1"},
		{"methods are HTTP's", HTTPSettings{Proxy: "socks5://ada@proxy.example:1", ProxyPassword: secret.New("p"), ProxyAuthMethod: "ntlm"}, "socks5://ada:p@proxy.example:1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			client, err := NewHTTPClient(test.settings)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if choose := client.Transport.(limited).next.Proxy; choose != nil {
				proxy, err := choose(httptest.NewRequest("GET", "https://gitlab.example.com/", nil))
				if err != nil {
					t.Fatal(err)
				}
				got = proxy.String()
			}
			if got != test.want {
				t.Errorf("goes through %q, want %q", got, test.want)
			}
		})
	}
}

func TestServersAreNotTrustedByThemselves(t *testing.T) {
	server := startGitLab(t, fakegitlab.Options{})
	client, err := NewHTTPClient(HTTPSettings{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Client{HTTP: client}.Refresh(t.Context(), gitLabAt(t, server), secret.New("the-refresh-token"))
	if err == nil || !strings.Contains(err.Error(), "certificate") || server.Count(fakegitlab.Token) != 0 {
		t.Errorf("error %v", err)
	}
}

func TestRequestHeaders(t *testing.T) {
	var got http.Header
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }))
	defer server.Close()
	client, err := NewHTTPClient(HTTPSettings{UserAgent: "git-credential-doorkey/1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := (Client{HTTP: client}).Revoke(t.Context(), Provider{RevokeURL: server.URL}, secret.New("t")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Accept": "application/json", "User-Agent": "git-credential-doorkey/1",
		"Content-Type": "application/x-www-form-urlencoded", "Authorization": "",
	} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
}

func TestIdleConnectionsCanBeClosed(t *testing.T) {
	closed := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			close(closed)
		}
	}
	server.Start()
	defer server.Close()
	client, err := NewHTTPClient(HTTPSettings{})
	if err != nil {
		t.Fatal(err)
	}
	if err := (Client{HTTP: client}).Revoke(t.Context(), Provider{RevokeURL: server.URL}, secret.New("t")); err != nil {
		t.Fatal(err)
	}
	client.CloseIdleConnections()
	<-closed
}

// TestSettingsAreHandedOn: another process gets all settings as JSON, and paths even if
// they are not UTF-8. The exception is the password, which is neither marshaled nor
// printed.
func TestSettingsAreHandedOn(t *testing.T) {
	isPath := regexp.MustCompile("(File|Path|Certificate|Key)$")
	settings := HTTPSettings{ProxyPassword: secret.New("lovelace"), NoVerify: true, ProxyExempt: true, TrustsWindows: true,
		Sources: map[string]source.Setting{"sslKey": {Variable: "GIT_SSL_KEY", Key: "http.sslKey", OnCommandLine: true}}, Gateway: Gateway{Origin: "o", Headers: []secret.Text{secret.New("lovelace")}}}
	for i := range reflect.TypeFor[HTTPSettings]().NumField() {
		if field := reflect.ValueOf(&settings).Elem().Field(i); field.Kind() == reflect.String {
			field.SetString(fmt.Sprint("value ", i))
			if isPath.MatchString(reflect.TypeFor[HTTPSettings]().Field(i).Name) {
				field.SetString(fmt.Sprintf("/caf\xe9 100%%/%d+.pem", i))
			}
		} else if field.IsZero() {
			t.Errorf("nothing is known of %s", reflect.TypeFor[HTTPSettings]().Field(i).Name)
		}
	}
	encoded, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	var read HTTPSettings
	if err := json.Unmarshal(encoded, &read); err != nil {
		t.Fatal(err)
	}
	if printed := string(encoded) + fmt.Sprintf("%v %+v %#v", settings, settings, settings); strings.Contains(printed, "lovelace") {
		t.Errorf("prints %s", printed)
	}
	read.ProxyPassword, read.Gateway = settings.ProxyPassword, settings.Gateway
	if !reflect.DeepEqual(read, settings) {
		t.Errorf("got %+v, want %+v", read, settings)
	}
}
