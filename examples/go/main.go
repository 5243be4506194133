// Scores every subject of a ledger, from Go.
//
//	go run . ../data/creators.jsonl 2026-11-21
package main

import (
	"fmt"
	"os"
)

func run(path, date string) error {
	lines, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	asOf, err := ParseDate(date)
	if err != nil {
		return err
	}
	policy, err := ReferencePolicy()
	if err != nil {
		return err
	}
	ledger, err := ReadLedger(lines)
	if err != nil {
		return err
	}
	bound, err := Bind(policy, ledger)
	if err != nil {
		return err
	}
	subjects, err := bound.Subjects()
	if err != nil {
		return err
	}
	for _, subject := range subjects {
		score, err := bound.Score(subject, asOf, "")
		if err != nil {
			return err
		}
		if score.Rated {
			fmt.Printf("%s: %.1f (%.1f to %.1f), %s\n", subject, score.Score, score.Lower, score.Upper, score.Tier)
		} else {
			fmt.Printf("%s: not rated (%.1f to %.1f possible)\n", subject, score.Lower, score.Upper)
		}
	}
	notice, err := policy.Notice()
	fmt.Println(notice)
	return err
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: score RECORDS.jsonl YYYY-MM-DD")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "score:", err)
		os.Exit(1)
	}
}
