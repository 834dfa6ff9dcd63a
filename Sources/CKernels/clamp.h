// The clamp of the contracts, for scalar code.
#pragma once

static inline float rk_clamp(float value, float minimum, float maximum) {
    float raised = value > minimum ? value : minimum;
    return raised < maximum ? raised : maximum;
}
