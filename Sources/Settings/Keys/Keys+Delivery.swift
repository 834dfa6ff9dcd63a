import Vocabulary
import Yams

extension Keys {
    enum OfAction {
        static let name = Key("name", required: Kind.name(of: .action), "Unique; rules name it.")
        static let command = Key(
            "command", programAndArguments, preset: "null",
            "A program and its arguments, run without a shell. `{label}`, `{probability}`, `{source}`, `{region}`, "
                + "`{rule}`, `{picture}` and `{detection}` are filled in.")
        static let url = Key(
            "url", Kind.url.optional, preset: "null",
            "An HTTP request instead of a program; the same words are filled in.")
        static let method = Key("method", Kind<Method>.choice, preset: "POST", "The request's method.")
        static let headersFile = Key(
            "headers_file", Kind.path.optional, preset: "null",
            "A file with one `Name: value` a line: the place for the request's secrets.")
        static let body = Key(
            "body", Kind.text.optional, preset: "null",
            "What is sent; null: the JSON document that programs get on standard input.")
        static let timeout = Key(
            "timeout", Kind.duration(.milliseconds(10)...(.seconds(86_400))), preset: "10s",
            "After that it is told to end (SIGTERM; a request is given up).")
        static let grace = Key(
            "grace", Kind.duration(.zero...(.seconds(600))), preset: "2s", "After that it is ended (SIGKILL).")
        static let atOnce = Key(
            "at_once", Kind.integer(1...64), preset: "1", "How many of it may run at the same time.")
        static let whenBusy = Key(
            "when_busy", Kind<ActionSettings.WhenBusy>.choice, preset: "skip",
            "What becomes of one more: held back, or it waits until it would be stale.")
        static let atMost = Key("at_most", Kind.rate, preset: "60/h", "How often it may start; more are held back.")
        static let dryRun = Key("dry_run", Kind.flag, preset: "false", "Recorded as if, and not done.")

        /// Methods an action may use.
        enum Method: String, CaseIterable, Sendable {
            case get = "GET"
            case head = "HEAD"
            case post = "POST"
            case put = "PUT"
            case patch = "PATCH"
            case delete = "DELETE"
        }

        private static let programAndArguments = Kind<String?>(
            words: "list of a program and its arguments",
            read: { node, reading in
                guard case .scalar = node, let text = node.text ?? (node.isEmptyValue ? nil : "") else {
                    reading.fault(node, "takes a word, not \(found(node))")
                    return nil
                }
                return .some(text)
            }, show: { $0.map(flow) }
        ).list(atLeast: 1, of: "a program and its arguments").optional

        static let section = Section(
            "an action",
            [
                AnyKey(name), AnyKey(command), AnyKey(url), AnyKey(method), AnyKey(headersFile), AnyKey(body),
                AnyKey(timeout), AnyKey(grace), AnyKey(atOnce), AnyKey(whenBusy), AnyKey(atMost), AnyKey(dryRun),
            ])

        @Sendable static func build(_ values: Values, _ reading: inout Reading) -> ActionSettings? {
            work(values, &reading).map { work in
                ActionSettings(
                    name: values[name], work: work, timeout: values[timeout], grace: values[grace],
                    atOnce: values[atOnce], whenBusy: values[whenBusy], atMost: values[atMost],
                    dryRun: values[dryRun])
            }
        }

        private static func work(_ values: Values, _ reading: inout Reading) -> ActionSettings.Work? {
            let words = values[command]?.compactMap { $0 }
            switch (words, values[url]) {
            case (var words?, nil):
                for key in ["method", "headers_file", "body"] {
                    if let node = values.nodes[key] {
                        reading.fault(node, "'\(key)' belongs to a url, not to a command")
                    }
                }
                guard !words[0].isEmpty else {
                    reading.fault(values.nodes["command"], "names no program")
                    return nil
                }
                if words[0].contains("/") { words[0] = resolved(words[0], from: reading.base) }
                return .command(words)
            case (nil, let url?):
                return .request(
                    ActionSettings.Request(
                        url: url, method: values[method].rawValue, headersFile: values[headersFile],
                        body: values[body]))
            case (nil, nil):
                reading.fault(values.node, "does nothing: give it a command or a url")
                return nil
            default:
                reading.fault(values.nodes["url"], "has a command and a url; it can do one of them")
                return nil
            }
        }
    }

    enum OfChannel {
        /// What a channel can speak, each with its keys.
        static let kinds: [(value: String, keys: [AnyKey])] = [("ntfy", OfNtfy.keys)]

        static let name = Key("name", required: Kind.name(of: .channel), "Unique; rules name it.")
        static let kind = Key(
            "kind", required: Kind.text.described(kinds.map { "`\($0.value)`" }.joined(separator: ", ")),
            "What it speaks.")
        static let when = Key(
            "when", Kind<ChannelSettings.When>.choice, preset: "start",
            "What it is told: each visit when it begins, or when it has ended, or each detection.")
        static let only = Key("only", OfOnly.kind, preset: "{}", "What it takes.")
        static let troubles = Key(
            "troubles", Kind.flag, preset: "true",
            "Also tells when a camera is silent, frozen, blurred, blinded, dated wrongly or away, or its files are cut, "
                + "and when that is over: once each.")
        static let atMost = Key(
            "at_most", Kind.rate, preset: "10/h", "How many messages; more are recorded as limited.")
        static let expires = Key(
            "expires", Kind.duration(.seconds(1)...(.seconds(30 * 86_400))), preset: "1d",
            "For how long a message is worth trying.")

        static let section = Section(
            "a channel",
            [
                AnyKey(name), AnyKey(kind), AnyKey(when), AnyKey(only), AnyKey(troubles), AnyKey(atMost),
                AnyKey(expires),
            ],
            variants: Section.Variants(key: "kind", keys: kinds))

        @Sendable static func build(_ values: Values, _ reading: inout Reading) -> ChannelSettings? {
            ChannelSettings(
                name: values[name], kind: .ntfy(OfNtfy.build(values)), when: values[when], only: values[only],
                troubles: values[troubles], atMost: values[atMost], expires: values[expires])
        }
    }

    enum OfOnly {
        static let labels = Key(
            "labels", Kind.list(.entry, of: "labels and `group:NAME`"), preset: "[]",
            "Labels, or groups of these settings; none named: all.")
        static let rules = Key(
            "rules", Kind.list(.reference(to: .rule), of: "names of rules"), preset: "[]", "None named: all.")

        static let section = Section("a choice", [AnyKey(labels), AnyKey(rules)])
        static let kind = Kind.section(section) { values, _ -> ChannelSettings.Only? in
            ChannelSettings.Only(labels: values[labels], rules: values[rules])
        }
    }

    enum OfNtfy {
        static let url = Key(
            "url", required: Kind.url,
            "Server and topic. Whoever knows the topic reads along: choose one hard to guess.")
        static let tokenFile = Key(
            "token_file", Kind.path.optional, preset: "null", "A file with the access token, where the topic needs one."
        )
        static let priority = Key(
            "priority", Kind.integer(1...5).optional, preset: "null", "1 (least) to 5 (most urgent).")
        static let tags = Key(
            "tags", Kind.list(.text, of: "words"), preset: "[]", "Words or names of emoji shown with the message.")
        static let click = Key(
            "click", Kind.url.optional, preset: "null",
            "What a tap opens, an address the phone can reach. The words of actions and `{visit}` are filled in.")

        static let keys = [AnyKey(url), AnyKey(tokenFile), AnyKey(priority), AnyKey(tags), AnyKey(click)]

        static func build(_ values: Values) -> ChannelSettings.Ntfy {
            ChannelSettings.Ntfy(
                url: values[url], tokenFile: values[tokenFile], priority: values[priority], tags: values[tags],
                click: values[click])
        }
    }
}
