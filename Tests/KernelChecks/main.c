// Checks every variant that runs here on so many random cases each: main [cases [first seed]]. Exit 1 where one fails.
#include <stdio.h>
#include <stdlib.h>

#include "CKernels.h"
#include "KernelChecks.h"

int main(int count, char **arguments) {
    const unsigned long cases = count > 1 ? strtoul(arguments[1], NULL, 10) : 200;
    const unsigned long first = count > 2 ? strtoul(arguments[2], NULL, 10) : 0;
    int failed = 0;
    printf("best instruction set here: %s\n", rk_isa_name());
    for (size_t i = 0; i < rk_variant_count(); i++) {
        const rk_variant variant = rk_variant_at(i);
        unsigned long wrong = 0;
        char message[600] = "";
        for (unsigned long seed = first; variant.runs_here && seed < first + cases; seed++) {
            if (kc_check(i, seed, message, sizeof message)) continue;
            if (wrong++ == 0) printf("%s__%s, seed %lu: %s\n", variant.op, variant.isa_name, seed, message);
        }
        const char *verdict = !variant.runs_here ? "does not run here" : wrong ? "WRONG" : "right";
        printf("%s__%s: %s (%lu of %lu cases wrong)\n", variant.op, variant.isa_name, verdict, wrong, cases);
        failed |= wrong != 0;
    }
    return failed;
}
