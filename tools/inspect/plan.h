/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the loader would do with a kernel on a machine: its whole flow is run on the simulated one
 * (boot/host/host.h), from the option words to the launch, and what it launches is told.
 */
#ifndef TOOLS_INSPECT_PLAN_H
#define TOOLS_INSPECT_PLAN_H

#include <stdio.h>

#include "console/error.h"
#include "loader/launch.h"
#include "loader/launch_report.h"
#include "tools/inspect/document.h"
#include "tools/inspect/machine.h"

struct plan {
    error_t error; /* why the loader would not start it */
    bool launched; /* it would, and the rest is there; false with OK: the words wanted no launch */
    struct launch_report report;
    struct launch launch; /* its pieces and registers; what it points to is gone */
};

/*
 * Boots with these words on the machine that was started (machine_start). Afterwards the simulated
 * memory is as the kernel would find it. `plan` is large: do not put it on the stack.
 */
void plan_run(const char *words, struct plan *plan);

/* The row with this content, or NULL. */
const struct launch_row *plan_find(const struct plan *plan, enum launch_content content);

/* Appends all of it to the document. */
void plan_describe(const struct plan *plan, const struct machine *machine, const char *words,
                   struct value *out);

/* The memory map as a picture: SVG 1.1, without scripts and without fonts of its own. */
void plan_draw(const struct plan *plan, const struct machine *machine, const char *words,
               FILE *stream);

#endif
