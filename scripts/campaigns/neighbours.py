"""Campaign: bad neighbours: actions that misbehave, ntfy servers that do, a page under 200 requests a second, and lessons"""
import sys

import bad_actions
import bad_server
import common
import page_load
import teaching

PARTS = {"actions": bad_actions, "servers": bad_server, "page": page_load, "teaching": teaching}


def main():
    options = common.options(
        __doc__, only=("actions,servers,page,teaching", "actions,servers,page,teaching"), seconds=(60.0, 1.5), repeats=(4, 1),
        rate=(5.0, 5.0), requests=(200.0, 50.0), page=("/", "/"))
    wanted = options.only.split(",")
    if unknown := set(wanted) - set(PARTS):
        sys.exit(f"--only takes {', '.join(PARTS)}; not {', '.join(unknown)}")
    with common.Campaign(options) as campaign:
        for name in wanted:
            PARTS[name].run(campaign, options.seconds)


main()
