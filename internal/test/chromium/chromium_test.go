package chromium

import (
	"bytes"
	"image/png"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
)

// pages has a form whose answer redirects, as a consent page's does.
func pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; style-src 'none'")
		w.Write([]byte(`<!doctype html><title>a form</title><style>p { color: red }</style><form method="post"><button>Go</button></form>`))
	})
	mux.HandleFunc("POST /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/passed?by", http.StatusFound)
	})
	mux.HandleFunc("GET /passed", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/end", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /end", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(`<!doctype html><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>the end</title><link rel="icon" href="data:,"><p style="width: 500px">All is <b>well</b>`))
	})
	return mux
}

func TestVisit(t *testing.T) {
	server := httptest.NewTLSServer(pages())
	defer server.Close()
	b := Start(t)
	b.Open("data:text/html,<script>console.log('said'); throw 'thrown'</script>")
	if got := b.Complaints(); len(got) != 2 {
		t.Errorf("a script writes to the console and fails: the complaints are %q", got)
	}
	b.Open(server.URL)
	if got := b.Complaints(); len(got) != 1 {
		t.Errorf("a style that the page's policy forbids: the complaints are %q", got)
	}
	b.Click("Go")
	b.WaitForTitle("the end")
	if got := b.Text(); got != "All is well" {
		t.Errorf("the text is %q", got)
	}
	if got, want := b.Address(), server.URL+"/end"; got != want {
		t.Errorf("the address is %q, want %q", got, want)
	}
	history := b.History()
	if got, want := history[len(history)-2:], []string{server.URL + "/", server.URL + "/end"}; !slices.Equal(got, want) {
		t.Errorf("the history ends in %q, want %q", got, want)
	}
	b.Back()
	b.WaitForTitle("a form")
	b.Forward()
	b.WaitForTitle("the end")
	for _, path := range []string{"/", "/passed?by", "/end"} {
		if got := b.Requests(); !slices.Contains(got, server.URL+path) {
			t.Errorf("%q is not among the requests %q", path, got)
		}
	}
}

func TestScreens(t *testing.T) {
	server := httptest.NewTLSServer(pages())
	defer server.Close()
	b := Start(t)
	b.Open(server.URL + "/end")
	for _, screen := range []struct {
		name          string
		width, height int
		fits          bool
	}{
		{"wide", 1280, 800, true},
		{"as narrow as a phone", 360, 640, false},
		{"low", 1280, 30, false},
	} {
		t.Run(screen.name, func(t *testing.T) {
			b.Resize(screen.width, screen.height)
			if got := b.Fits(); got != screen.fits {
				t.Errorf("it fits: %v, want %v", got, screen.fits)
			}
			b.Dark(false)
			light := b.Screenshot()
			b.Dark(true)
			if bytes.Equal(light, b.Screenshot()) {
				t.Error("the dark screen is the light one")
			}
			picture, err := png.DecodeConfig(bytes.NewReader(light))
			if err != nil {
				t.Fatal(err)
			}
			if picture.Width != screen.width || picture.Height != screen.height {
				t.Errorf("the picture is %dx%d", picture.Width, picture.Height)
			}
		})
	}
}
