package e2e

// storageRow is a case of TestStorage.
type storageRow struct {
	name    string
	usePath bool              // credential.useHttpPath
	git     string            // the first git version for which the row makes sense; "" for any
	own     map[string]string // git's own helper, and the first git version in which it does the same; "" for none
	steps   []string
}

// storageRows are the cases. If git's own helpers differ, doorkey does what the better one
// does. If several credentials match, store returns the one that was stored last, and cache
// returns any of them. Before git 2.42, an erase ignored the password, and cache removed
// one credential at a time. store cannot store what goes with a password.
func storageRows() []storageRow {
	never := func(helpers ...string) map[string]string {
		own := make(map[string]string)
		for _, helper := range helpers {
			own[helper] = ""
		}
		return own
	}
	return []storageRow{
		{name: "kept, and given again", steps: []string{
			"fill https://code.example -> ?:?",
			"approve https://alice:one@code.example",
			"fill https://code.example -> alice:one",
			"fill https://alice@code.example -> alice:one",
		}},
		{name: "the same user's new password takes the place of the old", steps: []string{
			"approve https://alice:one@code.example",
			"approve https://alice:two@code.example",
			"fill https://code.example -> alice:two",
			"reject https://alice:two@code.example",
			"fill https://code.example -> ?:?",
		}},
		{name: "letters that are no UTF-8", steps: []string{
			"approve https://jos%e9:p%e4ss@code.example",
			"fill https://code.example -> jos\xe9:p\xe4ss",
			"fill https://jos%e9@code.example -> jos\xe9:p\xe4ss",
			"fill https://jos%e8@code.example -> jos\xe8:?",
			"reject https://jos%e9:p%e4ss@code.example",
			"fill https://code.example -> ?:?",
		}},
		{name: "several users: each by the name", steps: []string{
			"approve https://alice:one@code.example",
			"approve https://bob:two@code.example",
			"fill https://alice@code.example -> alice:one",
			"fill https://bob@code.example -> bob:two",
			"fill https://carol@code.example -> carol:?",
		}},
		{name: "several users, and no name: the one that was kept last", own: never("cache"), steps: []string{
			"approve https://alice:one@code.example",
			"approve https://bob:two@code.example",
			"fill https://code.example -> bob:two",
			"approve https://alice:one@code.example",
			"fill https://code.example -> alice:one",
		}},
		{name: "another protocol, host, port or user", steps: []string{
			"approve https://alice:one@code.example:8443",
			"fill http://code.example:8443 -> ?:?",
			"fill https://www.code.example:8443 -> ?:?",
			"fill https://code.example -> ?:?",
			"fill https://code.example:8444 -> ?:?",
			"fill https://bob@code.example:8443 -> bob:?",
			"fill https://code.example:8443 -> alice:one",
		}},
		{name: "protocols that are not http", steps: []string{
			"approve smtp://alice:one@mail.example:587",
			"approve imaps://alice:two@mail.example/INBOX",
			"fill smtp://mail.example:587 -> alice:one",
			"fill imaps://mail.example/INBOX -> alice:two",
			"fill imaps://mail.example/Drafts -> ?:?",
		}},
		// git does not find what store wrote, because git removes the slash from the path.
		{name: "passphrases of certificates", own: never("store"), steps: []string{
			"approve cert://:one@//home/ada/one.pem",
			"approve cert://:two@//home/ada/two.pem",
			"fill cert://@//home/ada/one.pem -> :one",
			"fill cert://@//home/ada/two.pem -> :two",
			"reject cert://:one@//home/ada/one.pem",
			"fill cert://@//home/ada/one.pem -> :?",
		}},
		{name: "characters that a file could trip over", steps: []string{
			"approve https://al%20ice%40work.example:%20p%3A%40%2F%25%3D%C3%B6%20@code.example",
			"fill https://code.example -> al ice@work.example: p:@/%=ö ",
			"fill https://al%20ice%40work.example@code.example -> al ice@work.example: p:@/%=ö ",
		}},
		// RFC 3986 section 6.2: these are the same place.
		{name: "case of the host, default port", own: never("store", "cache"), steps: []string{
			"approve https://alice:one@code.example",
			"fill https://Code.Example:443 -> alice:one",
		}},

		{name: "path: not of interest unless configured", steps: []string{
			"approve https://alice:one@code.example/a.git",
			"fill https://code.example/b.git -> alice:one",
		}},
		{name: "path: one that differs", usePath: true, steps: []string{
			"approve https://alice:one@code.example/a.git",
			"fill https://code.example/b.git -> ?:?",
			"fill https://code.example/a.git -> alice:one",
			"fill https://code.example -> alice:one",
		}},
		{name: "path: kept without one is not for one", usePath: true, steps: []string{
			"approve https://alice:one@code.example",
			"fill https://code.example/a.git -> ?:?",
		}},
		{name: "path: one beside another, and beside none", usePath: true, own: never("cache"), steps: []string{
			"approve https://alice:one@code.example",
			"approve https://alice:two@code.example/a.git",
			"approve https://alice:three@code.example/b.git",
			"fill https://code.example/a.git -> alice:two",
			"fill https://code.example/b.git -> alice:three",
			"fill https://code.example -> alice:three",
			"reject https://alice:three@code.example/b.git",
			"reject https://alice:two@code.example/a.git",
			"fill https://code.example -> alice:one",
		}},
		{name: "path: kept without one takes the place of all of this user", usePath: true, own: map[string]string{"cache": "2.42"}, steps: []string{
			"approve https://alice:one@code.example/a.git",
			"approve https://alice:two@code.example/b.git",
			"approve https://bob:three@code.example/a.git",
			"approve https://alice:four@code.example",
			"fill https://alice@code.example/a.git -> alice:?",
			"fill https://alice@code.example/b.git -> alice:?",
			"fill https://alice@code.example -> alice:four",
			"fill https://code.example/a.git -> bob:three",
		}},

		{name: "empty user name and password", steps: []string{
			"approve https://:@sso.example",
			"fill https://sso.example -> :",
			"reject https://:@sso.example",
			"fill https://sso.example -> ?:?",
		}},
		{name: "an empty user name is a name", steps: []string{
			"approve https://:one@code.example",
			"approve https://alice:two@code.example",
			"fill https://@code.example -> :one",
			"fill https://alice@code.example -> alice:two",
			"reject https://@code.example",
			"fill https://code.example -> alice:two",
		}},
		{name: "a request without a user name or a password keeps nothing", steps: []string{
			"approve https://alice@code.example",
			"approve https://code.example password=one",
			"fill https://code.example -> ?:?",
		}},

		{name: "forget a host, whoever is kept", own: map[string]string{"cache": "2.42"}, steps: []string{
			"approve https://alice:one@code.example",
			"approve https://bob:two@code.example",
			"approve https://alice:three@other.example",
			"reject https://code.example",
			"fill https://code.example -> ?:?",
			"fill https://alice@code.example -> alice:?",
			"fill https://other.example -> alice:three",
		}},
		{name: "forget a user, and keep another", steps: []string{
			"approve https://alice:one@code.example",
			"approve https://bob:two@code.example",
			"reject https://alice@code.example",
			"fill https://alice@code.example -> alice:?",
			"fill https://bob@code.example -> bob:two",
		}},
		{name: "forget a user at all paths", usePath: true, own: map[string]string{"cache": "2.42"}, steps: []string{
			"approve https://alice:one@code.example/a.git",
			"approve https://alice:two@code.example/b.git",
			"approve https://bob:three@code.example/a.git",
			"reject https://alice@code.example",
			"fill https://code.example/a.git -> bob:three",
			"fill https://code.example/b.git -> ?:?",
		}},
		{name: "forget a path, and keep what is kept without one", usePath: true, steps: []string{
			"approve https://alice:one@code.example",
			"approve https://alice:two@code.example/a.git",
			"reject https://code.example/a.git",
			"fill https://code.example/a.git -> ?:?",
			"fill https://code.example -> alice:one",
		}},
		{name: "a different password protects", own: map[string]string{"store": "2.42", "cache": "2.42"}, steps: []string{
			"approve https://alice:one@code.example",
			"reject https://alice:two@code.example",
			"reject https://alice:@code.example",
			"reject https://bob:one@code.example",
			"fill https://code.example -> alice:one",
		}},
		{name: "a different password protects at each path", usePath: true, own: map[string]string{"store": "2.42"}, steps: []string{
			"approve https://alice:one@code.example",
			"approve https://alice:two@code.example/a.git",
			"reject https://alice:one@code.example",
			"fill https://code.example -> alice:two",
			"fill https://code.example/a.git -> alice:two",
		}},
		{name: "forget a password, whoever's", own: map[string]string{"store": "2.42", "cache": "2.42"}, steps: []string{
			"approve https://alice:one@code.example",
			"approve https://bob:two@code.example",
			"approve https://carol:one@code.example",
			"reject https://code.example password=one",
			"fill https://alice@code.example -> alice:?",
			"fill https://carol@code.example -> carol:?",
			"fill https://code.example -> bob:two",
		}},
		{name: "a credential in git 2.46's other form is neither kept nor a reason to forget", own: map[string]string{"store": "2.46", "cache": "2.46"}, steps: []string{
			"store https://code.example authtype=Bearer credential=one",
			"get https://code.example -> ?:?",
			"store https://alice:one@code.example",
			"erase https://code.example authtype=Bearer credential=one",
			"get https://code.example -> alice:one",
		}},
		{name: "what is ephemeral is not kept", own: map[string]string{"store": "", "cache": "2.46"}, steps: []string{
			"store https://alice:one@code.example ephemeral=1",
			"get https://code.example -> ?:?",
		}},

		{name: "long challenges", steps: []string{
			"get https://code.example challenge=1024 challenge=65535 -> ?:?",
			"store https://alice:one@code.example challenge=65535 challenge=4096",
			"get https://code.example challenge=65535 challenge=65535 challenge=1024 -> alice:one",
			"fill https://code.example challenge=1024 challenge=32768 challenge=65535 -> alice:one",
			"approve https://bob:two@code.example challenge=65535",
			"fill https://bob@code.example challenge=16384 -> bob:two",
			"reject https://bob:two@code.example challenge=65535",
			"fill https://code.example challenge=65535 -> alice:one",
		}},

		{name: "expiry: kept, overwritten, dropped", own: map[string]string{"store": "", "cache": "2.41"}, steps: []string{
			"store https://alice:one@code.example password_expiry_utc=4102444800",
			"get https://code.example -> alice:one password_expiry_utc=4102444800",
			"store https://alice:one@code.example password_expiry_utc=4102448400",
			"get https://code.example -> alice:one password_expiry_utc=4102448400",
			"store https://alice:one@code.example",
			"get https://code.example -> alice:one",
		}},
		{name: "expiry: what is over is not given out, but whose it was", own: map[string]string{"store": "", "cache": "2.41"}, steps: []string{
			"store https://alice:one@code.example password_expiry_utc=1000000000",
			"fill https://code.example -> alice:?",
			"store https://alice:two@code.example password_expiry_utc=4102444800",
			"get https://code.example -> alice:two password_expiry_utc=4102444800",
		}},
		{name: "expiry: what is not over goes before what is", own: never("store", "cache"), steps: []string{
			"store https://alice:one@code.example",
			"store https://bob:two@code.example password_expiry_utc=1000000000",
			"get https://code.example -> alice:one",
			"get https://bob@code.example -> bob:?",
		}},
		{name: "refresh token: kept, overwritten, dropped", own: map[string]string{"store": "", "cache": "2.41"}, steps: []string{
			"store https://alice:one@code.example oauth_refresh_token=spare",
			"get https://code.example -> alice:one oauth_refresh_token=spare",
			"store https://alice:one@code.example oauth_refresh_token=other",
			"get https://code.example -> alice:one oauth_refresh_token=other",
			"store https://alice:two@code.example",
			"get https://code.example -> alice:two",
		}},
		{name: "refresh token: for git's next helper when the password is over", git: "2.41", own: never("store"), steps: []string{
			"store https://alice:one@code.example password_expiry_utc=1000000000 oauth_refresh_token=spare",
			"fill https://code.example -> alice:? oauth_refresh_token=spare",
			"fill http://code.example -> ?:?",
		}},
		{name: "expiry and refresh token, through git", git: "2.41", own: never("store"), steps: []string{
			"approve https://alice:one@code.example password_expiry_utc=4102444800 oauth_refresh_token=spare",
			"fill https://code.example -> alice:one password_expiry_utc=4102444800 oauth_refresh_token=spare",
			"approve https://bob:two@code.example password_expiry_utc=1000000000",
			"fill https://bob@code.example -> bob:?",
		}},
	}
}
