package fakegitlab

import "net/http"

// answerMetadata describes the server (RFC 8414 and OpenID Connect discovery).
// GitLab puts both documents under its relative root. Only a Gitea with a device
// flow names that flow: elsewhere a client must find it without metadata.
func (s *Server) answerMetadata(w http.ResponseWriter, _ *request) {
	m := s.options.maker
	metadata := map[string]any{
		"issuer":                                         s.issuer(),
		"authorization_endpoint":                         s.URL() + m.authorize,
		"token_endpoint":                                 s.URL() + m.token,
		"response_types_supported":                       []string{"code"},
		"grant_types_supported":                          []string{"authorization_code", "refresh_token"},
		"code_challenge_methods_supported":               []string{"S256"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_post", "none"},
		"scopes_supported":                               s.options.Scopes,
		"authorization_response_iss_parameter_supported": s.options.SendIssuer,
	}
	if m.revoke != "" {
		metadata["revocation_endpoint"] = s.URL() + m.revoke
	}
	if m.namesDevice {
		metadata["device_authorization_endpoint"] = s.URL() + m.authorizeDevice
	}
	answerJSON(w, http.StatusOK, metadata)
}

// answerVersion returns the version of the server.
func (s *Server) answerVersion(w http.ResponseWriter, _ *request) {
	answerJSON(w, http.StatusOK, map[string]any{"version": "11.0.1+gitea-1.22.0"})
}
