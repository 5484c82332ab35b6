package fakegitlab

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maximumForm is how many bytes of a form the server reads.
const maximumForm = 1 << 20

// endpoint is one address of the server.
type endpoint struct {
	method string
	path   string // below the relative root
	kind   Kind
	page   bool // for users: errors are shown as a page
	answer func(http.ResponseWriter, *request)
}

// request is an HTTP request and how this server interprets it.
type request struct {
	*http.Request
	kind       Kind
	path       string     // below the relative root, "" for a path outside
	endpoint   *endpoint  // nil if there is none
	parameters url.Values // of the query for GET, of the form for POST
	unreadable string     // why there are no parameters, "" if there are
}

func (s *Server) listEndpoints() []endpoint {
	m := s.options.maker
	list := []endpoint{
		{"GET", m.authorize, Authorize, true, s.answerAuthorize},
		{"POST", m.authorize, Consent, true, s.answerConsent},
		{"POST", m.token, Token, false, s.answerToken},
		{"POST", m.revoke, Revoke, false, s.answerRevoke},
		{"GET", m.tokenInfo, TokenInfo, false, s.answerTokenInfo},
		{"GET", m.user, TokenInfo, false, s.answerUser},
		{"GET", m.applications, Applications, true, s.answerApplications},
		{"POST", m.registration, Applications, true, s.answerRegistration},
		{"GET", m.openIDMetadata, Metadata, false, s.answerMetadata},
		{"GET", m.serverMetadata, Metadata, false, s.answerMetadata},
		{"GET", m.version, Metadata, false, s.answerVersion},
	}
	if m.authorizeDevice != "" && !s.options.DeviceFlowOff {
		list = append(list,
			endpoint{"POST", m.authorizeDevice, AuthorizeDevice, false, s.answerAuthorizeDevice},
			endpoint{"GET", m.device, DevicePage, true, s.answerDeviceEntry},
			endpoint{"POST", m.device + "/confirm", DevicePage, true, s.answerDeviceConfirm},
			endpoint{"POST", m.device, DevicePage, true, s.answerDeviceDecision},
		)
	}
	return slices.DeleteFunc(list, func(e endpoint) bool { return e.path == "" })
}

// serve counts, checks and answers one request.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	q := s.read(w, r)
	defer s.record.begin(q.kinds()...)()
	s.record.count(q.kinds()...)
	answer := s.answer
	if !s.passesGateway(q) {
		w.Header().Set("Location", "https://sso.example.com/sign-in")
		w.WriteHeader(http.StatusFound)
		return
	}
	if problems := s.check(q); len(problems) > 0 {
		for _, problem := range problems {
			s.problem(q, problem)
		}
		answer = func(w http.ResponseWriter, q *request) { s.refuse(w, q, problems[0]) }
	}
	if m, ok := s.misbehaviours.next(q.kind); ok {
		m.answer(w, q, answer)
		return
	}
	answer(w, q)
}

// passesGateway reports whether the gateway lets a request through to the server.
func (s *Server) passesGateway(q *request) bool {
	name, value, _ := strings.Cut(s.options.Gateway, ": ")
	return name == "" || q.Header.Get(name) == value || q.endpoint != nil && q.endpoint.page
}

// answer passes the request to its handler.
func (s *Server) answer(w http.ResponseWriter, q *request) {
	switch {
	case q.kind == Git:
		s.answerGit(w, q)
	case q.endpoint != nil:
		q.endpoint.answer(w, q)
	case s.options.DeviceFlowOff && q.path != "" && q.path == s.options.maker.authorizeDevice:
		http.Redirect(w, q.Request, s.options.Root+"/users/sign_in", http.StatusFound)
	default:
		answerText(w, http.StatusNotFound, "404 Not Found")
	}
}

// refuse rejects a request that had a problem.
func (s *Server) refuse(w http.ResponseWriter, q *request, problem string) {
	switch {
	case q.endpoint == nil:
		answerText(w, http.StatusBadRequest, problem)
	case q.endpoint.page:
		s.showError(w, http.StatusBadRequest, problem)
	default:
		answerError(w, invalidRequest(problem))
	}
}

// problem records something that the client must never send.
func (s *Server) problem(q *request, text string) {
	s.record.problem(q.Method + " " + q.URL.Path + ": " + text)
}

// read parses a request.
func (s *Server) read(w http.ResponseWriter, r *http.Request) *request {
	q := &request{Request: r, kind: Other}
	if rest, ok := strings.CutPrefix(r.URL.Path, s.options.Root); ok && strings.HasPrefix(rest, "/") {
		q.path = rest
	}
	if _, _, ok := splitGitPath(q.path); ok {
		q.kind = Git
		return q
	}
	i := slices.IndexFunc(s.endpoints, func(e endpoint) bool { return e.path == q.path && e.method == r.Method })
	if i < 0 {
		return q
	}
	q.endpoint = &s.endpoints[i]
	q.kind = q.endpoint.kind
	q.readParameters(w)
	if q.kind == Token {
		q.kind = tokenKind(q.parameters.Get("grant_type"))
	}
	return q
}

// readParameters reads the form of a POST, or the query of a GET.
func (q *request) readParameters(w http.ResponseWriter) {
	q.Body = http.MaxBytesReader(w, q.Body, maximumForm)
	if err := q.ParseForm(); err != nil {
		q.unreadable = "the form cannot be read: " + err.Error()
	}
	q.parameters = q.PostForm
	if q.Method == http.MethodGet {
		q.parameters = q.Form
	}
}

// kinds returns the kinds that the request counts as: "a:b" also counts as "a".
func (q *request) kinds() []Kind {
	if class, _, ok := strings.Cut(string(q.kind), ":"); ok {
		return []Kind{Kind(class), q.kind}
	}
	return []Kind{q.kind}
}
