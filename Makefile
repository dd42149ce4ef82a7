# `make run` and `make test` are all a newcomer needs.
.PHONY: run test check bless e2e fuzz bench soak release setup

run: ## build and start all three sides of the demo company
	cargo run --locked -- serve --demo

setup: ## install what the tests need and the machine lacks
	scripts/setup

test: setup check ## format, lint, all tests on SQLite and PostgreSQL, the browser walk; ends with a count
	scripts/test

check: ## format and lint
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

bless: ## rewrite generated documents
	cargo run --locked --quiet -- export-docs

e2e: setup ## the browser walks alone
	cargo build --locked
	cargo test --locked -p e2e -- --nocapture

fuzz: setup ## call every operation of the ATS with whatever its schema allows, and whatever it does not
	scripts/fuzz 300

bench: setup ## measure and rewrite docs/performance.md
	scripts/bench

soak: setup ## ten thousand runs of the law of the whole path, with new seeds
	scripts/soak

release: ## the binary to ship: target/release/fulcrum
	cargo build --locked --release
