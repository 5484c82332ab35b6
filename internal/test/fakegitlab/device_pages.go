package fakegitlab

import (
	"net/http"
	"strings"
)

// userCodeOf returns the user code of a request in the form in which people may type it.
func userCodeOf(q *request) string {
	return strings.ToUpper(strings.TrimSpace(q.parameters.Get("user_code")))
}

// answerDeviceEntry shows the page on which a user types the user code.
func (s *Server) answerDeviceEntry(w http.ResponseWriter, q *request) {
	s.showPage(w, http.StatusOK, "'self'", "device", s.devicePage(w, q, ""))
}

// answerDeviceConfirm asks the user whether the device is theirs.
func (s *Server) answerDeviceConfirm(w http.ResponseWriter, q *request) {
	if !s.isOwnForm(q) {
		s.showError(w, http.StatusUnprocessableEntity, "This form is not from this browser's own page. Open the address again.")
		return
	}
	grant, err := s.devices.waiting(userCodeOf(q))
	if err != nil {
		s.showWrongUserCode(w, q)
		return
	}
	page := s.devicePage(w, q, "")
	page.Scopes = describeScopes(grant.scopes)
	s.showPage(w, http.StatusOK, "'self'", "device_confirm", page)
}

// answerDeviceDecision handles the buttons of the confirm page.
func (s *Server) answerDeviceDecision(w http.ResponseWriter, q *request) {
	if !s.isOwnForm(q) {
		s.showError(w, http.StatusUnprocessableEntity, "This form is not from this browser's own page. Open the address again.")
		return
	}
	decision, title, message := approved, "You are signed in", "The device has access now. You can close this window."
	if isDenial(q) {
		decision, title, message = denied, "Access was denied", "The device gets no access. You can close this window."
	}
	if err := s.devices.decide(userCodeOf(q), decision); err != nil {
		s.showWrongUserCode(w, q)
		return
	}
	s.showPage(w, http.StatusOK, "'self'", "message", page{Title: title, Message: message})
}

func (s *Server) showWrongUserCode(w http.ResponseWriter, q *request) {
	s.showPage(w, http.StatusUnprocessableEntity, "'self'", "device", s.devicePage(w, q, "This code is unknown or has expired."))
}

// devicePage returns what the pages of the device flow have in common.
func (s *Server) devicePage(w http.ResponseWriter, q *request, message string) page {
	return page{
		Title:       "Connect a device",
		Message:     message,
		Action:      s.options.Root + s.options.maker.device,
		CSRFToken:   s.csrfToken(w, q),
		UserCode:    userCodeOf(q),
		Application: applicationName,
	}
}
