package oauthflow

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// userEndpoint is an endpoint that names the user of a token.
type userEndpoint struct {
	scopes []string // one of which is enough
	path   string   // below the server's root
	member string   // of the answer, with the user's name
}

// identityTime is how long doorkey waits for the user's name. Nothing depends on it.
const identityTime = 3 * time.Second

// Identity asks the server, in one request, for the name of the user who has given the
// grant. It returns "" if the scopes do not allow that, and after any failure. doorkey
// never requests a scope for this.
func (c Client) Identity(ctx context.Context, provider Provider, grant Grant) string {
	k, _ := kindNamed(provider.Kind)
	root, found := strings.CutSuffix(provider.TokenURL, k.tokenPath)
	for _, endpoint := range k.userEndpoints {
		isGranted := func(scope string) bool { return slices.Contains(grant.Scopes, scope) }
		if found && slices.ContainsFunc(endpoint.scopes, isGranted) {
			ctx, cancel := context.WithTimeout(ctx, identityTime)
			defer cancel()
			return c.identityAt(ctx, root+endpoint.path, endpoint.member, grant)
		}
	}
	return ""
}

func (c Client) identityAt(ctx context.Context, address, member string, grant Grant) string {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return ""
	}
	request.Header.Set("Authorization", "Bearer "+grant.AccessToken.Reveal())
	response, err := c.HTTP.Do(request)
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, largestMetadata))
	var answer map[string]any
	if err != nil || response.StatusCode != http.StatusOK || json.Unmarshal(body, &answer) != nil {
		return ""
	}
	name, _ := answer[member].(string)
	return oneLine(strings.ReplaceAll(name, grant.AccessToken.Reveal(), "[secret]"))
}
