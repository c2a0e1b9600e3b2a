/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/inspect/plan.h"

#include <string.h>

#include "boot/host/host.h"
#include "boot/main.h"
#include "tools/inspect/describe.h"

/* Names of files live as long as the launch does: so the report is made in its midst. */
static void observe(void *context, const struct launch *launch)
{
    struct plan *plan = context;

    launch_report_make(launch, &plan->report);
    plan->launch = *launch;
    plan->launched = true;
}

void plan_run(const char *words, struct plan *plan)
{
    memset(plan, 0, sizeof *plan);
    host_observe_launch(observe, plan);
    plan->error = loader_boot(words);
    host_observe_launch(NULL, NULL);
}

const struct launch_row *plan_find(const struct plan *plan, enum launch_content content)
{
    for (size_t i = 0; i < plan->report.count; i++)
        if (plan->report.rows[i].content == content)
            return &plan->report.rows[i];
    return NULL;
}

/* --- Telling it ------------------------------------------------------------------------------- */

static void put_rows(struct value *out, const struct launch_report *report)
{
    struct value *list = put_list(out, "rows");

    for (size_t i = 0; i < report->count; i++) {
        const struct launch_row *row = &report->rows[i];
        struct value *to = put_object(list, NULL);

        put_address(to, "address", row->address);
        put_address(to, "last", row->address + row->length - 1);
        put_number(to, "length", row->length);
        put_number(to, "copied", row->copied);
        put_number(to, "padding", row->padding);
        put_text(to, "content", launch_content_name(row->content));
        put_text(to, "name", row->name);
    }
}

static void put_registers(struct value *out, const struct launch *launch)
{
    struct value *registers;

    switch (launch->handover) {
    case HANDOVER_XNU_POWERPC:
        put_address(put_object(out, "registers"), "r3", launch->boot_args);
        break;
    case HANDOVER_OPENFIRMWARE_CLIENT:
        put_address(put_object(out, "registers"), "r2", launch->table_of_contents);
        break;
    default:
        registers = put_object(out, "registers");
        put_address(registers, "eax", launch->x86.eax);
        put_address(registers, "ebx", launch->x86.ebx);
        put_address(registers, "ecx", launch->x86.ecx);
        put_address(registers, "edx", launch->x86.edx);
        put_address(registers, "esi", launch->x86.esi);
        put_address(registers, "edi", launch->x86.edi);
        put_address(registers, "ebp", launch->x86.ebp);
        put_address(registers, "esp", launch->x86.esp);
        break;
    }
}

static void put_memory(struct value *out, const struct machine *machine)
{
    struct value *list = put_list(out, "memory"), *used = put_list(out, "used");
    struct value *row;

    for (size_t i = 0; i < machine->map_count; i++) {
        row = put_object(list, NULL);
        put_address(row, "base", machine->map[i].base);
        put_address(row, "last", machine->map[i].base + machine->map[i].length - 1);
        put_number(row, "length", machine->map[i].length);
        put_text(row, "type", machine_memory_type(machine->map[i].type));
    }
    for (size_t i = 0; machine->map_count == 0 && i < machine->bank_count; i++) {
        row = put_object(list, NULL);
        put_address(row, "base", machine->banks[i].base);
        put_address(row, "last", machine->banks[i].base + machine->banks[i].length - 1);
        put_number(row, "length", machine->banks[i].length);
        put_text(row, "type", "RAM");
    }
    for (size_t i = 0; i < machine->used_count; i++) {
        row = put_object(used, NULL);
        put_address(row, "base", machine->used[i].base);
        put_address(row, "last", machine->used[i].base + machine->used[i].length - 1);
        put_number(row, "length", machine->used[i].length);
        put_text(row, "by", machine->used[i].words);
    }
}

static void put_boot_args(struct value *out, const struct plan *plan)
{
    const struct launch_row *row = plan_find(plan, LAUNCH_BOOT_ARGS);
    struct subject subject = {0};

    if (row == NULL)
        return;
    subject.bytes = host_memory(row->address);
    subject.length = row->length;
    if (subject.bytes != NULL)
        describe_boot_args(&subject, put_object(out, "boot_args"));
}

static void put_console(struct value *out)
{
    struct value *lines = put_list(out, "console");
    const char *line = host_console();

    while (*line != '\0') {
        size_t length = strcspn(line, "\n");
        const char *shown = line;

        /* Progress writes over its own line. */
        for (size_t i = 0; i + 1 < length; i++)
            if (line[i] == '\r')
                shown = line + i + 1;
        if (length != 0)
            put_bytes_as_text(lines, NULL, shown, (size_t)(line + length - shown));
        line += length + (line[length] == '\n');
    }
}

void plan_describe(const struct plan *plan, const struct machine *machine, const char *words,
                   struct value *out)
{
    put_text(out, "kind", "plan");
    put_text(out, "machine", machine->name);
    put_text(out, "processor", image_cpu_name(machine->cpu));
    put_text(out, "words", words);
    put_boolean(out, "good", plan->launched);
    if (plan->error == OK && !plan->launched)
        put_text(out, "note", "these words do not lead to a launch");
    if (plan->launched) {
        put_text(out, "handover", handover_kind_name(plan->report.handover));
        put_address(out, "entry", plan->report.entry);
        put_registers(out, &plan->launch);
        put_rows(out, &plan->report);
        put_boot_args(out, plan);
    }
    put_memory(out, machine);
    put_console(out);
    if (plan->error != OK)
        put_refusal(out, plan->error);
}
