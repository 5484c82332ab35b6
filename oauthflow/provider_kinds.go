package oauthflow

import "strings"

// kind is a row of data: what all servers of one make have in common. Paths
// are below the server's root.
type kind struct {
	name     string
	hosts    []string // exact names
	realm    string   // in the challenge of its 401 (WWW-Authenticate)
	label    string   // first label of the usual host name: "gitlab" in gitlab.example.com
	username string
	scopes   []string

	authPath, tokenPath, deviceAuthPath, revokePath string
}

// kinds are the servers that doorkey knows. The first is the one that a host
// with a client ID and no other sign is taken for.
func kinds() []kind {
	return []kind{{
		// https://docs.gitlab.com/api/oauth2/
		name: "gitlab", hosts: []string{"gitlab.com"}, realm: "GitLab", label: "gitlab",
		username: "oauth2", scopes: []string{"read_repository", "write_repository"},
		authPath: "/oauth/authorize", tokenPath: "/oauth/token",
		deviceAuthPath: "/oauth/authorize_device", revokePath: "/oauth/revoke",
	}}
}

func kindNames() string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return strings.Join(names, ", ")
}
