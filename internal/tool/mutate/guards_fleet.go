package main

// guardsOfFleet returns the guards of the record that many machines share.
func guardsOfFleet() []guard {
	const (
		failures, opens              = "internal/fleet TestFailures", "internal/fleet TestOpenRefuses"
		seal, decide, host, exchange = "internal/fleet/seal.go", "internal/fleet/decide.go", "internal/fleet/host.go", "internal/fleet/refresh.go"
	)
	return []guard{
		{"a record is for its origin", opens, seal, ` name.Origin, name.Label, keyID)`, ` name.Label, keyID)`},
		{"a record is for its label", opens, seal, ` name.Origin, name.Label, keyID)`, ` name.Origin, keyID)`},
		{"a newer record is not read", opens, seal, `case e.Form > form:`, `case false:`},
		{"a record that cannot be read is not replaced", "internal/fleet TestNothingIsWrittenOver", host, `return view{}, fmt.Errorf("%s: %w", h.Engine, err)
	}
	return seen, nil`, `return seen, nil
	}
	return seen, nil`},
		{"an engine is reached by TLS", "internal/fleet TestParseAddress", "internal/fleet/address.go", `case address.Scheme != "https" && !(address.Scheme == "http" && isLoopback(address.Hostname())):`, `case false:`},
		{"a fleet is not for all hosts", "internal/test/e2e TestScripts/fleet-setup", "internal/settings/fleet.go", `[][2]string{{"oauthFleet", f.Address}}); err != nil {`, `nil); err != nil {`},
		{"an older pair replaces no newer one", "internal/fleet TestBackup", decide, `a.Local.Generation > r.Generation && r.Ended == nil:`, `false:`},
		{"a claim that lives is waited for", failures, decide, `case r.Claim != nil && !a.isExpired(*r.Claim):`, `case false:`},
		{"a claim that may have been sent is waited for longer", failures, decide, `lease = a.Times.SentLease`, `lease = a.Times.Lease`},
		{"a machine that stood still looks again", failures, exchange, `if err != nil || !a.wasSuspended(before) {`, `if err != nil || !before.IsZero() {`},
		{"the disk comes before the record", failures, exchange, `	notSaved := a.Save(ctx, own, offset)
	a.Local = own
`, `	var notSaved error
	a.Local = own
`},
		{"a token that was just given is not refreshed again", "internal/fleet TestRejectedToken", decide, `now.Sub(r.Tokens.Obtained) < a.Times.Young:`, `false:`},
		{"a machine that leaves the fleet revokes no fleet's grant", "internal/test/e2e TestScripts/fleet-move", "internal/helper/replace.go", ` && !account.IsShared()`, ``},
		{"a failure is shared", "internal/fleet TestSilentServer", decide, `case r.Failure != nil && *r.Failure != a.firstFailure:`, `case false:`},
		{"a fleet's grant is not refreshed alone", "internal/test/e2e TestScripts/fleet-alone", "internal/helper/exchange.go", `!found.Account.IsShared()
}`, `true
}`},
	}
}
