package fakegitlab

import (
	"bytes"
	"maps"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Misbehaviour makes the server answer wrongly. The fields can be combined:
//
//	{At: Git, Status: 503}                                      a server that is down
//	{At: Token, Status: 429, Header: {"Retry-After": {"60"}}}   too many requests
//	{At: Token, Status: 307, Header: {"Location": {"…"}}}       a redirect
//	{At: Token, Status: 200, Body: `{"error":"…"}`}             a literal answer
//	{At: Token, Cut: BeforeAnswer}                              a connection that is lost
//	{At: Token, Status: 200, Fill: Endless}                     a body without an end
//	{At: TokenRefreshToken, CarryOut: true, Cut: BeforeAnswer}  the refresh is done, its answer lost
//	{At: TokenRefreshToken, Times: 1, Status: 400, Body: InvalidGrant}  a replica that lags behind
//	{At: Token, CarryOut: true, Header: {"Content-Type": {"text/html"}}}  the right answer, the wrong type
//	{At: Git, Delay: time.Minute}                               a slow server, otherwise right
type Misbehaviour struct {
	// At is the kind of the affected requests; Token affects every kind of token request.
	At Kind
	// Times is the number of affected requests; 0 means all, until
	// [Server.Behave].
	Times int
	// CarryOut carries the request out at once. The fields below then change the
	// answer; without CarryOut they are the whole answer.
	CarryOut bool
	// Delay is the time before the answer.
	Delay time.Duration
	// Hold delays the answer too, until the channel is closed.
	Hold <-chan struct{}
	// Status is the answer's status; 0 means 200, or the one of the carried out request.
	Status int
	// Header replaces these headers.
	Header http.Header
	// Body replaces the body if it is not empty.
	Body string
	// Fill adds this many spaces to the body.
	Fill int64
	// Cut closes the connection.
	Cut Cut
}

// Cut says when a connection is closed.
type Cut int

// When a connection is closed.
const (
	NoCut        Cut = iota
	BeforeAnswer     // no byte is sent
	MidBody          // half of the body is sent
)

// Endless is an endless body, as a value of Misbehaviour.Fill.
const Endless int64 = math.MaxInt64

// InvalidGrant is the body of GitLab's answer to an invalid refresh token or code.
const InvalidGrant = `{"error":"invalid_grant","error_description":"` + invalidGrantText + `"}`

// Misbehave makes the server misbehave from now on. If several misbehaviours are for
// one kind, the first one is used up first.
func (s *Server) Misbehave(m Misbehaviour) {
	mustBeKind(m.At, requestKinds())
	s.misbehaviours.mu.Lock()
	defer s.misbehaviours.mu.Unlock()
	s.misbehaviours.list = append(s.misbehaviours.list, &m)
}

// Behave ends every misbehaviour for later requests.
func (s *Server) Behave() {
	s.misbehaviours.mu.Lock()
	defer s.misbehaviours.mu.Unlock()
	s.misbehaviours.list = nil
}

// misbehaviours are those that have not been used up.
type misbehaviours struct {
	mu   sync.Mutex
	list []*Misbehaviour
}

// next returns the misbehaviour for a request and counts it as used.
func (b *misbehaviours) next(kind Kind) (Misbehaviour, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, m := range b.list {
		if kind != m.At && !strings.HasPrefix(string(kind), string(m.At)+":") {
			continue
		}
		if m.Times == 1 {
			b.list = append(b.list[:i:i], b.list[i+1:]...)
		} else if m.Times > 1 {
			m.Times--
		}
		return *m, true
	}
	return Misbehaviour{}, false
}

// answer answers a request wrongly; right is the correct handler.
func (m Misbehaviour) answer(w http.ResponseWriter, q *request, right func(http.ResponseWriter, *request)) {
	carriedOut := &heldAnswer{header: http.Header{}, status: http.StatusOK}
	if m.CarryOut {
		right(carriedOut, q)
	}
	m.wait(q)
	switch {
	case m.Cut == BeforeAnswer:
		panic(http.ErrAbortHandler)
	case !m.CarryOut && m.Status == 0 && m.Header == nil && m.Body == "" && m.Fill == 0 && m.Cut == NoCut:
		right(w, q) // late, but correct
	default:
		m.write(w, q, carriedOut)
	}
}

// wait waits as long as the misbehaviour says. If the client disconnects or the
// server closes, it ends the request.
func (m Misbehaviour) wait(q *request) {
	if m.Delay > 0 {
		timer := time.NewTimer(m.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-q.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	if m.Hold != nil {
		select {
		case <-m.Hold:
		case <-q.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
}

// write sends the answer with the misbehaviour's changes.
func (m Misbehaviour) write(w http.ResponseWriter, q *request, answer *heldAnswer) {
	maps.Copy(w.Header(), answer.header)
	maps.Copy(w.Header(), m.Header)
	if m.Status != 0 {
		answer.status = m.Status
	}
	body := answer.body.Bytes()
	if m.Body != "" {
		body = []byte(m.Body)
	}
	if m.Cut == MidBody {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
		body = body[:len(body)/2]
	}
	w.WriteHeader(answer.status)
	w.Write(body)
	if m.Cut == MidBody {
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	fill(w, q, m.Fill)
}

// fill writes n spaces, or as many as the client reads.
func fill(w http.ResponseWriter, q *request, n int64) {
	spaces := bytes.Repeat([]byte(" "), 64<<10)
	for n > 0 && q.Context().Err() == nil {
		written, err := w.Write(spaces[:min(n, int64(len(spaces)))])
		if err != nil {
			return
		}
		n -= int64(written)
	}
}

// heldAnswer stores an answer instead of sending it.
type heldAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *heldAnswer) Header() http.Header             { return h.header }
func (h *heldAnswer) WriteHeader(status int)          { h.status = status }
func (h *heldAnswer) Write(bytes []byte) (int, error) { return h.body.Write(bytes) }
