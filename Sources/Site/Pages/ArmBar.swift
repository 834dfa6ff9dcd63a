import Store
import Vocabulary

/// Armed or not, and the switch; on a phone it stays above the navigation.
struct ArmBar {
    let armed: ArmedState
    let actions: [ApplianceStatus.Action]
    let data: NowData

    var markup: Markup {
        let isArmed = armed.isArmed(at: data.now)
        let hour: Markup? = isArmed ? "<button name=\"armed\" value=\"off-1h\">Off for 1\u{A0}hour</button>" : nil
        let checked: Markup = isArmed ? "true" : "false"
        let value: Markup = isArmed ? "off" : "on"
        return """
            <div><h2 id="arm-t">\(title(isArmed))</h2><p class="small soft">\(sentence(isArmed))</p></div>\
            <input type="hidden" name="form" value="\(data.formToken)">\(hour)\
            <button class="switch" role="switch" aria-checked="\(checked)" aria-labelledby="arm-t" name="armed" \
            value="\(value)"></button>
            """
    }

    private func title(_ isArmed: Bool) -> String {
        if isArmed { return "Armed" }
        return armed.until.map { "Off till \(data.time.short($0, now: data.now))" } ?? "Off"
    }

    private func sentence(_ isArmed: Bool) -> String {
        guard isArmed else { return "Rooster watches and records, but fires nothing." }
        let names = actions.map { $0.isDryRun ? "\($0.name) (dry run)" : $0.name }
        return names.isEmpty
            ? "No action is set up; Rooster watches and records." : "Rules may fire \(Words.list(names))."
    }
}
