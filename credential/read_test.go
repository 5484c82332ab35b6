package credential

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"git-credential-doorkey/internal/secret"
)

func TestRead(t *testing.T) {
	longest := strings.Repeat("a", maxLine-len("wwwauth[]="))
	for _, row := range []struct {
		name, input string
		want        Request
	}{
		{"nothing", "", Request{}},
		{"ends at the empty line", "host=a\n\nhost=b\n", Request{Host: "a"}},
		{"last line without its end", "protocol=https\nhost=a", Request{Protocol: "https", Host: "a"}},
		{"lines that end in CR LF", "protocol=https\r\nhost=a\r\n\r\n", Request{Protocol: "https", Host: "a"}},
		{"unknown key", "colour=blue\nhost=a\ncolour=red\n", Request{Host: "a"}},
		{"value with equals signs", "username=a=b=\n", Request{Username: "a=b=", UsernameGiven: true}},
		{"empty user name and password", "username=\npassword=\n", Request{UsernameGiven: true, Password: secret.New("")}},
		{"all that git 2.55 sends", "capability[]=authtype\ncapability[]=state\nprotocol=https\nhost=h:8443\npath=a/b.git\n" +
			"username=u\npassword=p\npassword_expiry_utc=1700000000\noauth_refresh_token=r\n" +
			"wwwauth[]=Basic realm=\"GitLab\"\nwwwauth[]=Negotiate\nstate[]=doorkey:1\nauthtype=Basic\n" +
			"credential=c\nephemeral=1\ncontinue=true\nquit=0\n", Request{
			Protocol: "https", Host: "h:8443", Path: "a/b.git", Username: "u", UsernameGiven: true,
			Password: secret.New("p"), PasswordExpiry: time.Unix(1700000000, 0), OAuthRefreshToken: secret.New("r"),
			WWWAuthenticate: []string{`Basic realm="GitLab"`, "Negotiate"}, Capabilities: []string{"authtype", "state"},
			State: []string{"doorkey:1"}, AuthType: "Basic", Credential: secret.New("c"), Ephemeral: true,
		}},
		{"expiry in milliseconds is none", "password_expiry_utc=1700000000000\n", Request{}},
		{"empty value resets a list", "wwwauth[]=a\nwwwauth[]=b\nwwwauth[]=\nwwwauth[]=c\n", Request{WWWAuthenticate: []string{"c"}}},
		{"longest line", "wwwauth[]=" + longest + "\n", Request{WWWAuthenticate: []string{longest}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := Read(strings.NewReader(row.input))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("got  %+v\nwant %+v", got, row.want)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for _, row := range []struct{ name, input, want string }{
		{"CR inside a line", "host=good.example\rhost=evil.example\n", "carriage return"},
		{"CR at the end without the LF", "host=a\r", "carriage return"},
		{"two CRs before the LF", "host=a\r\r\n", "carriage return"},
		{"NUL", "host=good.example\x00.evil.example\n", "NUL"},
		{"line of 65,536 bytes", "wwwauth[]=" + strings.Repeat("a", maxLine-len("wwwauth[]=")+1) + "\n", "longer than 65535 bytes"},
		{"line of 65,536 bytes without its end", "wwwauth[]=" + strings.Repeat("a", maxLine-len("wwwauth[]=")+1), "longer than 65535 bytes"},
		{"line of 65,545 bytes", "wwwauth[]=" + strings.Repeat("a", maxLine) + "\n", "longer than 65535 bytes"},
		{"endless line without an end", strings.Repeat("a", 1<<20), "longer than 65535 bytes"},
		{"no equals sign", "host\n", `no "="`},
		{"host given twice", "host=a\nhost=a\n", `"host" appears twice`},
		{"password given twice", "password=a\npassword=b\n", `"password" appears twice`},
		{"expiry that is text", "password_expiry_utc=tomorrow\n", "password_expiry_utc"},
		{"expiry before 1970", "password_expiry_utc=-1\n", "password_expiry_utc"},
		{"boolean that is neither", "ephemeral=perhaps\n", "ephemeral"},
		{"protocol with a slash", "protocol=https://a\n", "URL scheme"},
		{"protocol that starts with a digit", "protocol=1http\n", "URL scheme"},
		{"host with user information", "host=gitlab.com@evil.example\n", "host"},
		{"host with a slash", "host=gitlab.com/evil\n", "host"},
		{"host with a backslash", `host=evil.example\gitlab.com` + "\n", "host"},
		{"host with a percent sign", "host=evil%2egitlab.com\n", "host"},
		{"host with a question mark", "host=evil.example?gitlab.com\n", "host"},
		{"host with a space", "host=gitlab.com evil\n", "host"},
		{"host with an escape character", "host=gitlab.com\x1b[2J\n", "host"},
		{"host that is a port alone", "host=:8443\n", "no name"},
		{"host that is a colon alone", "host=:\n", "no name"},
		{"host with two ports", "host=gitlab.com:443:80\n", "host"},
		{"port that is no number", "host=gitlab.com:https\n", "port"},
		{"port zero", "host=gitlab.com:0\n", "port"},
		{"port with a leading zero", "host=gitlab.com:0443\n", "port"},
		{"port too large", "host=gitlab.com:65536\n", "port"},
		{"IPv6 without its end", "host=[::1\n", "IPv6"},
		{"IPv4 in brackets", "host=[127.0.0.1]\n", "IPv6"},
		{"IPv6 with a zone", "host=[fe80::1%eth0]\n", ErrZone.Error()},
		{"IPv6 with a zone that is none", "host=[fe80::1%a@b]\n", "character"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := Read(strings.NewReader(row.input))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Fatalf("error %v, want one with %q", err, row.want)
			}
			if !reflect.DeepEqual(got, Request{}) {
				t.Errorf("gave %+v along with the error", got)
			}
		})
	}
}

func TestReadErrorsNameNoValue(t *testing.T) {
	_, err := Read(strings.NewReader("password=hunter2\npassword=hunter3\n"))
	if err == nil || strings.Contains(err.Error(), "hunter") {
		t.Errorf("error %v, want one without the password", err)
	}
}

func TestOrigin(t *testing.T) {
	for _, row := range []struct{ name, protocol, host, want string }{
		{"plain", "https", "gitlab.com", "https://gitlab.com"},
		{"upper case", "HTTPS", "GitLab.COM", "https://gitlab.com"},
		{"default port", "https", "gitlab.com:443", "https://gitlab.com"},
		{"default port of http", "http", "gitlab.com:80", "http://gitlab.com"},
		{"port of the other scheme", "https", "gitlab.com:80", "https://gitlab.com:80"},
		{"port", "https", "gitlab.com:8443", "https://gitlab.com:8443"},
		{"colon without a port", "https", "gitlab.com:", "https://gitlab.com"},
		{"IPv6", "https", "[::1]", "https://[::1]"},
		{"IPv6 with default port", "https", "[::1]:443", "https://[::1]"},
		{"IPv6 with port", "https", "[::1]:8443", "https://[::1]:8443"},
		{"trailing dot is another host", "https", "gitlab.com.", "https://gitlab.com."},
		{"Kelvin sign is not k", "https", "\u212Aey.example", "https://\u212Aey.example"},
		{"no host", "https", "", ""},
		{"certificate without the path of its file", "cert", "", ""},
		{"no protocol", "", "gitlab.com", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := (Request{Protocol: row.protocol, Host: row.host}).Origin(); got != row.want {
				t.Errorf("Origin() = %q, want %q", got, row.want)
			}
		})
	}
}

func TestOriginOfACertificate(t *testing.T) {
	if got := (Request{Protocol: "cert", Path: "/home/ada/ada.pem"}).Origin(); got != "cert://" {
		t.Errorf("Origin() = %q", got)
	}
	if got := (Request{Protocol: "https", Path: "/home/ada/ada.pem"}).Origin(); got != "" {
		t.Errorf("Origin() = %q for a URL that lacks its host", got)
	}
}

// FuzzRead: Read does not panic, whatever its input is. A request that it accepts has an
// origin of one line without user information, and is the same after it is written and read
// again.
func FuzzRead(f *testing.F) {
	f.Add([]byte("protocol=https\nhost=gitlab.com\nusername=a\npassword=b\nwwwauth[]=Basic realm=\"GitLab\"\n\n"))
	f.Add([]byte("capability[]=state\nprotocol=https\r\nhost=[::1]:8443\nstate[]=doorkey:1\ncontinue=1\n"))
	f.Add([]byte("host=a\rhost=b\npassword_expiry_utc=1\n"))
	f.Fuzz(func(t *testing.T, input []byte) {
		request, err := Read(bytes.NewReader(input))
		if err != nil {
			return
		}
		if strings.ContainsAny(request.Origin(), "\r\n\x00@\\ ") {
			t.Errorf("origin %q", request.Origin())
		}
		again := Request{Protocol: request.Protocol, Host: request.Host}
		if again.Origin() != request.Origin() {
			t.Errorf("origin %q, then %q", request.Origin(), again.Origin())
		}
		answer := Response{Username: request.Username, UsernameGiven: request.UsernameGiven, Password: request.Password, State: request.State}
		var written bytes.Buffer
		if err := answer.Write(&written); err != nil {
			t.Fatalf("what was read does not write: %v", err)
		}
		back, err := Read(&written)
		if err != nil || back.Username != request.Username || !back.Password.Equal(request.Password) || !reflect.DeepEqual(back.State, request.State) {
			t.Errorf("%+v came back as %+v, %v", request, back, err)
		}
	})
}
