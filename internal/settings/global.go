package settings

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"git-credential-doorkey/oauthflow"
)

// RejectGlobalSecrets rejects settings that are meant for one host but set for all:
// endpoints of another server, which would redirect tokens of every host that a URL can
// name, and a client secret, which would be sent to each of them.
func (r Reader) RejectGlobalSecrets(ctx context.Context, origin string, provider oauthflow.Provider, configured oauthflow.Settings) error {
	var telling [][2]string // names of settings, and their values
	for _, setting := range [][3]string{
		{"oauthAuthURL", configured.AuthURL, provider.AuthURL}, {"oauthTokenURL", configured.TokenURL, provider.TokenURL},
		{"oauthDeviceAuthURL", configured.DeviceAuthURL, provider.DeviceAuthURL}, {"oauthRevokeURL", configured.RevokeURL, provider.RevokeURL},
	} {
		if setting[1] != "" && OriginOf(setting[2]) != origin {
			telling = append(telling, [2]string{setting[0], setting[1]})
		}
	}
	if !configured.ClientSecret.IsEmpty() {
		telling = append(telling, [2]string{"oauthClientSecret", configured.ClientSecret.Reveal()})
	}
	return r.rejectGlobal(ctx, origin, telling)
}

// rejectGlobal rejects those of the named settings that are set for all hosts.
func (r Reader) rejectGlobal(ctx context.Context, origin string, telling [][2]string) error {
	if len(telling) == 0 {
		return nil
	}
	everywhere, err := r.Git.ForURL(ctx, "credential", &url.URL{Scheme: "https", Host: noHost})
	if err != nil {
		return fmt.Errorf("git's configuration: %v", err)
	}
	for _, setting := range telling {
		if everywhere[strings.ToLower(setting[0])] == setting[1] {
			return fmt.Errorf("credential.%s is set for all hosts: doorkey rejects it, because any host could get what is meant for one\n"+
				"unset it; if it is meant for this host, set credential.%s.%[1]s instead", setting[0], origin)
		}
	}
	return nil
}

// noHost is a name that no host has (RFC 2606): settings that apply to it apply to all
// hosts.
const noHost = "every-host.invalid"
