package main

/*
#cgo pkg-config: uytin
#include <stdlib.h>
#include <uytin.h>
*/
import "C"

import (
	"fmt"
	"runtime"
	"unsafe"
)

// Error says what was wrong where; Code is the same in every language.
type Error struct {
	Code, Path, Found, Expected string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s: found %s, expected %s", e.Path, e.Found, e.Expected)
}

func text(view C.uytin_str) string { return C.GoStringN(view.ptr, C.int(view.len)) }

// check turns a status into an error, and frees what the library allocated for it.
func check(status C.uytin_status, raw **C.uytin_error) error {
	if status == C.UYTIN_OK {
		return nil
	}
	defer C.uytin_error_free(*raw)
	var fault C.uytin_fault
	if C.uytin_error_fault(*raw, 0, &fault) != C.UYTIN_OK {
		return &Error{Code: C.GoString(C.uytin_status_code(C.int32_t(status)))}
	}
	return &Error{text(fault.code), text(fault.path), text(fault.found), text(fault.expected)}
}

// Date is a number of days after 1970-01-01.
type Date int32

// ParseDate reads YYYY-MM-DD.
func ParseDate(date string) (Date, error) {
	chars := C.CString(date)
	defer C.free(unsafe.Pointer(chars))
	var days C.int32_t
	var raw *C.uytin_error
	err := check(C.uytin_date_parse(chars, C.size_t(len(date)), &days, &raw), &raw)
	return Date(days), err
}

// Policy is valid; any number of goroutines may use it.
type Policy struct{ handle *C.uytin_policy }

// ReferencePolicy gives this project's defaults, not official weights of the Program.
func ReferencePolicy() (*Policy, error) {
	policy := new(Policy)
	var raw *C.uytin_error
	if err := check(C.uytin_policy_reference(&policy.handle, &raw), &raw); err != nil {
		return nil, err
	}
	runtime.SetFinalizer(policy, func(policy *Policy) { C.uytin_policy_free(policy.handle) })
	return policy, nil
}

// Notice is what every surface that shows a score says.
func (policy *Policy) Notice() (string, error) {
	defer runtime.KeepAlive(policy)
	var info C.uytin_policy_info
	var raw *C.uytin_error
	if err := check(C.uytin_policy_describe(policy.handle, &info, &raw), &raw); err != nil {
		return "", err
	}
	return text(info.notice_en), nil
}

// Ledger holds records; any goroutine may use it at any time.
type Ledger struct{ handle *C.uytin_ledger }

// ReadLedger reads JSON Lines.
func ReadLedger(lines []byte) (*Ledger, error) {
	ledger := new(Ledger)
	var raw *C.uytin_error
	if err := check(C.uytin_ledger_new(&ledger.handle, &raw), &raw); err != nil {
		return nil, err
	}
	runtime.SetFinalizer(ledger, func(ledger *Ledger) { C.uytin_ledger_free(ledger.handle) })
	chars := C.CBytes(lines)
	defer C.free(chars)
	err := check(C.uytin_ledger_add_json_lines(ledger.handle, (*C.char)(chars), C.size_t(len(lines)), nil, &raw), &raw)
	return ledger, err
}

// Bound is a ledger bound to a policy; any number of goroutines may use it.
type Bound struct{ handle *C.uytin_bound }

// Bind resolves a ledger under a policy once, to be scored as often as asked.
func Bind(policy *Policy, ledger *Ledger) (*Bound, error) {
	defer runtime.KeepAlive(policy)
	defer runtime.KeepAlive(ledger)
	bound := new(Bound)
	var raw *C.uytin_error
	if err := check(C.uytin_bind(policy.handle, ledger.handle, &bound.handle, &raw), &raw); err != nil {
		return nil, err
	}
	runtime.SetFinalizer(bound, func(bound *Bound) { C.uytin_bound_free(bound.handle) })
	return bound, nil
}

// Subjects are those that have a record, in order of their bytes.
func (bound *Bound) Subjects() ([]string, error) {
	defer runtime.KeepAlive(bound)
	var count C.size_t
	var raw *C.uytin_error
	if err := check(C.uytin_bound_count(bound.handle, &count, &raw), &raw); err != nil {
		return nil, err
	}
	subjects := make([]string, count)
	for n := range subjects {
		var subject C.uytin_str
		if err := check(C.uytin_bound_subject(bound.handle, C.size_t(n), &subject, &raw), &raw); err != nil {
			return nil, err
		}
		subjects[n] = text(subject)
	}
	return subjects, nil
}

// Score is a proposal; a person decides. Where Rated is false, show the range and not the score, which is the prior's.
type Score struct {
	Score, Lower, Upper, Coverage float64
	Tier                          string
	Rated                         bool
}

// Score scores a subject. The empty previous tier means none.
func (bound *Bound) Score(subject string, asOf Date, previousTier string) (Score, error) {
	defer runtime.KeepAlive(bound)
	name := C.CString(subject)
	defer C.free(unsafe.Pointer(name))
	var previous *C.char
	if previousTier != "" {
		previous = C.CString(previousTier)
		defer C.free(unsafe.Pointer(previous))
	}
	var out C.uytin_score_result
	var raw *C.uytin_error
	status := C.uytin_score(bound.handle, name, C.size_t(len(subject)), C.int32_t(asOf), previous, C.size_t(len(previousTier)), &out, &raw)
	if err := check(status, &raw); err != nil {
		return Score{}, err
	}
	points := func(tenths C.int32_t) float64 { return float64(tenths) / 10 }
	return Score{points(out.score), points(out.lower), points(out.upper), float64(out.coverage), text(out.tier), out.rated != 0}, nil
}
