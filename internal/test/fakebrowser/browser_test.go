package fakebrowser

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// consentForms are the two forms of the consent page as Rails writes them:
// hidden fields, values with entities, single and double quotes, and forms
// around them that do not belong to it.
const consentForms = `<html><form action='/search'><input name="q"></form>
<form action="/users/sign_out" method="post"><input type="hidden" name="_method" value="delete" /></form>
<form class="inline" action="/oauth/authorize" accept-charset="UTF-8" method="post"><input type="hidden" name="authenticity_token" value="a+b/&amp;=" autocomplete="off" />
<input type="hidden" name="client_id" id="client_id" value="app" autocomplete="off" />
<input type="hidden" name="nonce" id="nonce" autocomplete="off" />
<input type="hidden" name='redirect_uri' value='%s' />
<input type="checkbox" name="remember" value="1">
<button type="submit"><span>Authorize</span></button></form>
<FORM action="/oauth/authorize" METHOD="POST"><INPUT type="hidden" name="_method" value="delete"/>
<input type="hidden" name="authenticity_token" value="a+b/&amp;="/><input type="hidden" name="client_id" value="app">
<input type="hidden" name="redirect_uri" value="%[1]s"><input type="submit" name="commit" value="Cancel"></FORM></html>`

// railsApp is an application that first requires a sign-in, and accepts forms only
// with its cookie.
func railsApp(loopback string) http.Handler {
	mux := http.NewServeMux()
	signedIn := func(r *http.Request) bool {
		cookie, err := r.Cookie("session")
		return err == nil && cookie.Value == "signed in"
	}
	mux.HandleFunc("GET /oauth/authorize", func(w http.ResponseWriter, r *http.Request) {
		if !signedIn(r) {
			http.Redirect(w, r, "/users/sign_in", http.StatusFound)
			return
		}
		fmt.Fprintf(w, consentForms, loopback)
	})
	mux.HandleFunc("GET /users/sign_in", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<form action="/users/sign_in" method="post"><input type="text" name="user[login]"><input type="password" name="user[password]"></form>`)
	})
	mux.HandleFunc("POST /users/sign_in", func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("user[login]") == "anna" && r.PostFormValue("user[password]") == "secret" {
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "signed in", Path: "/"})
			http.Redirect(w, r, "/oauth/authorize", http.StatusFound)
		}
	})
	mux.HandleFunc("POST /oauth/authorize", func(w http.ResponseWriter, r *http.Request) {
		if !signedIn(r) || r.PostFormValue("authenticity_token") != "a+b/&=" || r.PostFormValue("client_id") != "app" {
			http.Error(w, "can't verify CSRF token", http.StatusUnprocessableEntity)
			return
		}
		answer := "code=1"
		if r.PostFormValue("_method") == "delete" {
			answer = "error=access_denied"
		}
		http.Redirect(w, r, r.PostFormValue("redirect_uri")+"?"+answer, http.StatusFound)
	})
	return mux
}

func TestVisit(t *testing.T) {
	loopback := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "you can close this window")
	}))
	defer loopback.Close()
	app := httptest.NewServer(railsApp(loopback.URL + "/"))
	defer app.Close()

	person := map[string]string{"user[login]": "anna", "user[password]": "secret"}
	for _, test := range []struct {
		name   string
		answer Answer
		url    string
		body   string
	}{
		{"authorize", Authorize, loopback.URL + "/?code=1", "you can close this window"},
		{"deny", Deny, loopback.URL + "/?error=access_denied", "you can close this window"},
		{"look only", Look, app.URL + "/users/sign_in", "user[password]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			browser, err := New("")
			if err != nil {
				t.Fatal(err)
			}
			browser.Fields = person
			page, err := browser.Visit(t.Context(), app.URL+"/oauth/authorize", test.answer)
			if err != nil {
				t.Fatal(err)
			}
			if page.URL != test.url || page.Status != 200 || !strings.Contains(page.Body, test.body) {
				t.Errorf("ended on %d %s\n%s", page.Status, page.URL, page.Body)
			}
		})
	}
}

func TestVisitEndsWhereNobodyListens(t *testing.T) {
	loopback := httptest.NewServer(nil)
	loopback.Close()
	app := httptest.NewServer(http.RedirectHandler(loopback.URL+"/?code=1&state=2", http.StatusFound))
	defer app.Close()
	browser, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	page, err := browser.Visit(t.Context(), app.URL, Authorize)
	if err == nil {
		t.Error("no error")
	}
	if want := loopback.URL + "/?code=1&state=2"; page.URL != want || page.Status != 0 {
		t.Errorf("page is %d %q, want no status and %q", page.Status, page.URL, want)
	}
}

func TestVisitFails(t *testing.T) {
	pages := map[string]string{
		"/again":     `<form action="/again" method="get"><input type="text" name="user_code"></form>`,
		"/one-sided": `<form action="/oauth/authorize" method="post"></form>`,
	}
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, pages[r.URL.Path])
	}))
	defer app.Close()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name    string
		context context.Context
		path    string
		problem string
	}{
		{"a form that comes again and again", t.Context(), "/again", "still a form"},
		{"a page where nobody can deny", t.Context(), "/one-sided", "no button"},
		{"a visit that was called off", cancelled, "/again", "context canceled"},
	} {
		t.Run(test.name, func(t *testing.T) {
			browser, err := New("")
			if err != nil {
				t.Fatal(err)
			}
			browser.Fields = map[string]string{"user_code": "ABCD1234"}
			if _, err := browser.Visit(test.context, app.URL+test.path, Deny); err == nil || !strings.Contains(err.Error(), test.problem) {
				t.Errorf("error is %v, want one with %q", err, test.problem)
			}
		})
	}
}

func TestVisitStopsAtAnErrorPage(t *testing.T) {
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, `<form action="/oauth/authorize" method="post"></form>`)
	}))
	defer app.Close()
	browser, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	page, err := browser.Visit(t.Context(), app.URL, Authorize)
	if err != nil || page.Status != http.StatusUnprocessableEntity {
		t.Errorf("ended with %d, %v", page.Status, err)
	}
}
