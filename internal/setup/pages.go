package setup

import (
	"os"
	"slices"
	"strings"
)

// page is where a kind of server registers applications, in the words of that page.
type page struct {
	kind    string // oauthflow.Found.Kind
	way     string // to the page, if it has no fixed address
	forAll  string // path below the root of the page where an administrator registers one for all users
	start   string // the button to press first; "" if the page is the form itself
	fields  []field
	save    string
	id      string   // its name for the client ID
	secret  string   // its name for the secret, if a sign-in may need one
	noIDs   []string // prefixes of secrets, which users may paste instead of the ID
	private string   // the box that makes an application confidential
	note    string   // what else to know about the page

	// perMachine means that the server allows one grant for each user and application,
	// and rotates refresh tokens. Two machines with one application would revoke each
	// other's sign-in at each refresh.
	perMachine bool
}

// field is a field of the form and its value. "{redirects}", "{scopes}" and "{origin}"
// are replaced by what depends on the host, "{machine}" by this machine's name.
type field struct{ label, value string }

// pages returns the rows, according to the servers' documentation (see the kinds of
// oauthflow); the last is for all other servers.
func pages() []page {
	return []page{{
		kind: "gitlab", forAll: "/admin/applications", start: "Add new application", save: "Save application",
		fields: []field{{"Name", "doorkey"}, {"Redirect URI", "{redirects}"}, {"Confidential", "untick"}, {"Device authorization grant", "tick, if it is there"}, {"Scopes", "tick {scopes}"}},
		id:     "Application ID", private: "Confidential", noIDs: []string{"gloas-"},
	}, {
		kind: "github", save: "Register application",
		fields: []field{
			{"Application name", "doorkey"}, {"Homepage URL", "{origin}"},
			{"Authorization callback URL", "{redirect}"}, {"Enable Device Flow", "tick"},
		},
		id: "Client ID", secret: "Client secret",
	}, {
		kind: "gitea", save: "Create Application",
		fields: []field{{"Application Name", "doorkey"}, {"Redirect URIs", "{redirects}"}, {"Confidential Client", "untick"}},
		id:     "Client ID", private: "Confidential Client", noIDs: []string{"gto_"},
	}, {
		kind: "forgejo", save: "Create application",
		fields: []field{{"Application name", "doorkey on {machine}"}, {"Redirect URIs", "{redirects}"}, {"Confidential client", "untick"}},
		id:     "Client ID", private: "Confidential client", noIDs: []string{"gto_"}, perMachine: true,
	}, {
		kind: "bitbucket", way: "the settings of your workspace on {origin}, \"OAuth consumers\"", start: "Add consumer", save: "Save",
		fields: []field{{"Name", "doorkey"}, {"Callback URL", "{redirect}"}, {"Permissions", "Repositories: tick Read and Write"}},
		id:     "Key", secret: "Secret",
	}, {
		kind: "bitbucket-data-center", way: "as an administrator, \"Application links\" in the administration of {origin}", start: "Create link", save: "Save",
		fields: []field{
			{"Application type", "External application"}, {"Direction", "Incoming"}, {"Name", "doorkey"},
			{"Redirect URL", "{redirect}"}, {"Application permissions", "Repositories: tick Read and Write"},
		},
		id: "Client ID", secret: "Client secret",
		note: "If the page accepts only an https URL, start Bitbucket with this system property:\n" +
			"   -Datlassian.oauth2.provider.skip.redirect.url.https.requirement=true",
	}, {
		way:    "the page of {origin} for OAuth applications",
		fields: []field{{"Name", "doorkey"}, {"Redirect URI", "{redirects}"}, {"Type", "public, without a secret, with PKCE"}},
		id:     "client ID", private: "confidential",
	}}
}

// forFleet returns the page for machines that share one grant, and so an application.
func (p page) forFleet() page {
	p.perMachine, p.fields = false, slices.Clone(p.fields)
	for i := range p.fields {
		p.fields[i].value = strings.TrimSuffix(p.fields[i].value, " on {machine}")
	}
	return p
}

func pageOf(kind string) page {
	rows := pages()
	if i := slices.IndexFunc(rows, func(row page) bool { return row.kind == kind }); i >= 0 {
		return rows[i]
	}
	return rows[len(rows)-1]
}

// lines returns the lines of a field's value.
func (f field) lines(address, redirect string, scopes []string) []string {
	switch f.value {
	case "{redirects}":
		return redirects(redirect)
	case "{redirect}":
		return []string{redirect}
	}
	return []string{strings.NewReplacer("{origin}", address, "{scopes}", strings.Join(scopes, " and "), "{machine}", machineName()).Replace(f.value)}
}

// machineName returns the name of this machine without its domain.
func machineName() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "this machine"
	}
	label, _, _ := strings.Cut(name, ".")
	return label
}

// redirects returns the redirect URIs to register. Doorkeeper, the engine in GitLab,
// accepts the address without a path for the other one depending on its version; and
// other helpers send that one.
func redirects(redirect string) []string {
	if rest, found := strings.CutSuffix(redirect, "127.0.0.1/"); found {
		return []string{redirect, rest + "127.0.0.1"}
	}
	return []string{redirect}
}

// mistakenID says what was pasted instead of the ID; "" if it may be one.
func (p page) mistakenID(text string) string {
	isSecret := func(beginning string) bool { return strings.HasPrefix(text, beginning) }
	switch {
	case text == "":
		return "nothing was entered"
	case strings.Contains(text, "://"):
		return "this is a URL, not the " + p.id + " that the page shows"
	case slices.ContainsFunc(p.noIDs, isSecret):
		return "this is the secret, not the " + p.id + " above it; if others can see this screen, create a new secret there"
	case strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' }):
		return "this contains characters that do not occur in a " + p.id
	}
	return ""
}
