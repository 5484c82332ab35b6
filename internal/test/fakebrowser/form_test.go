package fakebrowser

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"testing"
)

func TestFormsOfConsentPage(t *testing.T) {
	forms := formsOf(fmt.Sprintf(consentForms, "http://127.0.0.1:1/"))
	if len(forms) != 4 {
		t.Fatalf("found %d forms, want 4", len(forms))
	}
	authorize, deny := forms[2], forms[3]
	if authorize.action != "/oauth/authorize" || authorize.method != http.MethodPost {
		t.Errorf("the form goes to %s %s", authorize.method, authorize.action)
	}
	want := url.Values{"authenticity_token": {"a+b/&="}, "client_id": {"app"}, "nonce": {""}, "redirect_uri": {"http://127.0.0.1:1/"}}
	if !reflect.DeepEqual(authorize.fields, want) {
		t.Errorf("fields are %v, want %v", authorize.fields, want)
	}
	if authorize.isDenial() || !deny.isDenial() {
		t.Error("the two buttons are taken for one another")
	}
}

func TestFilledIn(t *testing.T) {
	page := `<form><input type="hidden" name="token" value="kept"><input name="user_code" value="OLD"></form>`
	got := formsOf(page)[0].filledIn(map[string]string{"user_code": "NEW", "token": "typed", "absent": "x"})
	want := url.Values{"token": {"kept"}, "user_code": {"NEW"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("sends %v, want %v", got, want)
	}
}

func TestChooseForm(t *testing.T) {
	authorize := `<form action="/oauth/authorize" method="post"></form>`
	deny := `<form action="/oauth/authorize" method="post"><input type="hidden" name="_method" value="delete"></form>`
	signOut := `<form action="/users/sign_out" method="post"><input type="hidden" name="_method" value="delete"></form>`
	userCode := `<form action="/gitlab/oauth/device/confirm" method="post"><input name="user_code"></form>`
	for _, test := range []struct {
		name   string
		page   string
		answer Answer
		want   int // index of the form, -1 for none
	}{
		{"authorize stands first", authorize + deny, Authorize, 0},
		{"authorize stands second", deny + authorize, Authorize, 1},
		{"deny stands second", authorize + deny, Deny, 1},
		{"sign-out is no denial", signOut + authorize + deny, Deny, 2},
		{"a user code leads on, whatever the answer", userCode, Deny, 0},
		{"a page without forms", "done", Authorize, -1},
		{"a page with other forms only", signOut, Deny, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			forms := formsOf(test.page)
			chosen, err := chooseForm(forms, nil, test.answer)
			if err != nil {
				t.Fatal(err)
			}
			if test.want < 0 && chosen != nil || test.want >= 0 && chosen != forms[test.want] {
				t.Errorf("chose %+v", chosen)
			}
		})
	}
}
