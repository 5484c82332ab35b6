package secret

import "strings"

// IsTokenName reports whether a user name is an access token, as in a URL that
// somebody has put one into ("https://glpat-…@gitlab.example.com/…"). It goes by
// the beginnings that servers give their tokens, and no user name of theirs is
// that long behind them:
//
//   - GitLab, "Token prefixes" (https://docs.gitlab.com/security/tokens/#token-prefixes);
//   - GitHub, "GitHub's token formats"
//     (https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats).
func IsTokenName(name string) bool {
	for _, prefix := range []string{
		"glpat-", "gloas-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "glwt-", "glsoat-", "glffct-",
		"github_pat_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
	} {
		if rest, found := strings.CutPrefix(name, prefix); found && len(rest) >= ShortestToken {
			return true
		}
	}
	return false
}

// ShortestToken is a length, in bytes, that no label has; it is that of GitLab's tokens
// after their prefix.
const ShortestToken = 20
