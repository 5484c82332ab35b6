package secret

import (
	"strings"
	"testing"
)

func TestIsTokenName(t *testing.T) {
	for _, row := range []struct {
		name, given string
		want        bool
	}{
		{"GitLab, personal, project and group access token", "glpat-0123456789abcdefghij", true},
		{"GitLab, the same since 18.0", "glpat-Zm9vYmFyYmF6cXV4cXV1eGNvcmdl.01.0w1a2b3c4", true},
		{"GitLab, deploy token", "gldt-0123456789abcdefghij", true},
		{"GitLab, CI job token", "glcbt-64_0123456789abcdefghij", true},
		{"GitLab, application secret", "gloas-" + strings.Repeat("a1", 32), true},
		{"GitHub, classic personal access token", "ghp_" + strings.Repeat("aB3", 12), true},
		{"GitHub, fine-grained personal access token", "github_pat_11ABCDEFG0_" + strings.Repeat("x", 59), true},
		{"GitHub, OAuth access token", "gho_" + strings.Repeat("aB3", 12), true},
		{"GitHub, token of an app", "ghs_" + strings.Repeat("aB3", 12), true},

		{"nobody", "", false},
		{"a label", "work", false},
		{"what doorkey gives out", "oauth2", false},
		{"GitHub, user name for a token", "x-access-token", false},
		{"GitHub, user name for a token, the old one", "x-oauth-basic", false},
		{"GitLab, user name for a CI job's token", "gitlab-ci-token", false},
		{"GitLab, user name for a deploy token", "gitlab+deploy-token-42", false},
		{"GitLab, user of a project's access token", "project_42_bot_0123456789abcdefghij0123", false},
		{"Bitbucket, user name for a token", "x-token-auth", false},
		{"a person whose name begins so", "gldt-adventures", false},
		{"a beginning alone", "glpat-", false},
		{"a beginning in the middle", "team-glpat-0123456789abcdefghij", false},
		{"an e-mail address", "ada.lovelace.of.london@gitlab.example.com", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := IsTokenName(row.given); got != row.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
