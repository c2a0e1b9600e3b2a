/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How it works. What still has to be copied is a list of moves. A move can be done as soon as its
 * destination holds nothing that another move still has to read; its own source may overlap, as a
 * step is a memmove. When no whole move is free, a part of one may be: it is cut off and done. When
 * not even that is so, every byte that waits is both read once and written once, the bytes go round
 * in circles, and a part of one move is brought into the scratch memory; after that some part is
 * always free until the scratch memory is free again. So every round moves at least one byte to
 * where it belongs.
 *
 * Zeros come last: destinations never overlap, so they can harm nothing but sources.
 *
 * The waiting moves live at the end of the caller's array of steps, the finished steps at its
 * start. Each waiting move needs at least one step later, so this takes away no room.
 */
#include "loader/relocator.h"

#include "lib/bytes.h"
#include "lib/place.h"

struct work {
    struct relocator_step *steps;
    size_t maximum; /* steps that copying may take */
    size_t done;    /* steps[0 .. done) */
    size_t waiting; /* steps[maximum - waiting .. maximum) */
};

/* A part of a move: `length` bytes from its byte `skip` on. */
struct part {
    uint32_t skip, length;
};

static struct relocator_step *waiting(struct work *work, size_t i)
{
    return &work->steps[work->maximum - work->waiting + i];
}

static error_t has_room(const struct work *work)
{
    if (work->done + work->waiting >= work->maximum)
        return fail(ERROR_RELOCATE_STEPS, "more than %u steps", (unsigned)work->maximum);
    return OK;
}

static error_t wait_for(struct work *work, uint32_t to, uint32_t from, uint32_t length)
{
    error_t error;

    if (length == 0)
        return OK;
    error = has_room(work);
    if (error != OK)
        return error;
    work->waiting++;
    *waiting(work, 0) = (struct relocator_step){.to = to, .from = from, .length = length};
    return OK;
}

static error_t emit(struct work *work, uint32_t to, uint32_t from, uint32_t length)
{
    error_t error = has_room(work);

    if (error == OK)
        work->steps[work->done++] =
            (struct relocator_step){.to = to, .from = from, .length = length};
    return error;
}

static struct relocator_step take(struct work *work, size_t i)
{
    struct relocator_step taken = *waiting(work, i);

    *waiting(work, i) = *waiting(work, 0);
    work->waiting--;
    return taken;
}

/* Does a part of waiting move `i`; what is left of it goes on waiting. */
static error_t do_part(struct work *work, size_t i, struct part part)
{
    struct relocator_step move = take(work, i);
    uint32_t after = part.skip + part.length;
    error_t error = emit(work, move.to + part.skip, move.from + part.skip, part.length);

    if (error == OK)
        error = wait_for(work, move.to, move.from, part.skip);
    if (error == OK)
        error = wait_for(work, move.to + after, move.from + after, move.length - after);
    return error;
}

/* True if no other waiting move reads what waiting move `i` would overwrite. */
static bool is_free(struct work *work, size_t i)
{
    const struct relocator_step *move = waiting(work, i);

    for (size_t j = 0; j < work->waiting; j++) {
        const struct relocator_step *other = waiting(work, j);

        if (j != i && ranges_overlap(move->to, move->length, other->from, other->length))
            return false;
    }
    return true;
}

/*
 * Starting at `at`, the next stretch of [at, end) that no waiting move but `self` reads. Returns
 * its length, 0 if there is none; `*start` is where it begins.
 */
static place_t next_unread(struct work *work, size_t self, place_t at, place_t end, place_t *start)
{
    bool moved = true;

    while (moved) {
        moved = false;
        for (size_t i = 0; i < work->waiting; i++) {
            const struct relocator_step *other = waiting(work, i);

            if (i != self && at >= other->from && at < (place_t)other->from + other->length) {
                at = (place_t)other->from + other->length;
                moved = true;
            }
        }
    }
    for (size_t i = 0; i < work->waiting; i++) {
        const struct relocator_step *other = waiting(work, i);

        if (i != self && other->from > at && other->from < end)
            end = other->from;
    }
    *start = at;
    return at < end ? end - at : 0;
}

/*
 * Narrows a stretch of the destination of `move` so that it hits none of what remains of the move's
 * own source when only this stretch is moved. Nothing has to be left out where the source lies
 * elsewhere, or where the stretch is the end that a memmove would begin with.
 */
static void avoid_own_source(const struct relocator_step *move, place_t *start, place_t *end)
{
    place_t source_end = (place_t)move->from + move->length;
    place_t destination_end = (place_t)move->to + move->length;

    if (!ranges_overlap(move->to, move->length, move->from, move->length))
        return;
    if (move->to > move->from) {
        if (*end != destination_end && *start < source_end)
            *start = source_end;
    } else {
        if (*start != move->to && *end > move->from)
            *end = move->from;
    }
}

/* The longest part of waiting move `i` that can be done now; length 0 if there is none. */
static struct part longest_free_part(struct work *work, size_t i)
{
    const struct relocator_step *move = waiting(work, i);
    place_t at = move->to, end = (place_t)move->to + move->length, start, length;
    struct part best = {0, 0};

    while ((length = next_unread(work, i, at, end, &start)) != 0) {
        place_t from = start, to = start + length;

        at = to;
        avoid_own_source(move, &from, &to);
        if (from < to && to - from > best.length) {
            best.skip = (uint32_t)(from - move->to);
            best.length = (uint32_t)(to - from);
        }
    }
    return best;
}

/* All bytes go round in circles: the shortest move, or its end, goes to the scratch memory for a
 * while. */
static error_t break_circle(struct work *work, uint32_t scratch, uint32_t scratch_length)
{
    size_t shortest = 0;
    struct relocator_step move;
    uint32_t parked, stays;
    error_t error;

    if (scratch_length == 0)
        return fail(ERROR_RELOCATE_STEPS, "no scratch memory to break a circle");
    for (size_t i = 1; i < work->waiting; i++)
        if (waiting(work, i)->length < waiting(work, shortest)->length)
            shortest = i;
    move = take(work, shortest);
    parked = move.length < scratch_length ? move.length : scratch_length;
    stays = move.length - parked;
    error = emit(work, scratch, move.from + stays, parked);
    if (error == OK)
        error = wait_for(work, move.to, move.from, stays);
    if (error == OK)
        error = wait_for(work, move.to + stays, scratch, parked);
    return error;
}

/* Does a whole move if one is free, else the longest part that is; says whether there was any. */
static error_t do_something(struct work *work, bool *done)
{
    struct part best = {0, 0};
    size_t best_move = 0;

    *done = true;
    for (size_t i = 0; i < work->waiting; i++) {
        const struct relocator_step *move = waiting(work, i);

        if (is_free(work, i))
            return do_part(work, i, (struct part){0, move->length});
    }
    for (size_t i = 0; i < work->waiting; i++) {
        struct part part = longest_free_part(work, i);

        if (part.length > best.length) {
            best = part;
            best_move = i;
        }
    }
    if (best.length != 0)
        return do_part(work, best_move, best);
    *done = false;
    return OK;
}

static error_t do_all(struct work *work, uint32_t scratch, uint32_t scratch_length)
{
    while (work->waiting != 0) {
        bool done;
        error_t error = do_something(work, &done);

        if (error == OK && !done)
            error = break_circle(work, scratch, scratch_length);
        if (error != OK)
            return error;
    }
    return OK;
}

static bool wraps(uint32_t base, uint32_t length)
{
    return !bytes_within(PLACE_END, base, length);
}

static error_t check_pieces(const struct relocator_piece *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct relocator_piece *piece = &pieces[i];

        if (piece->copy > piece->size)
            return fail(ERROR_RELOCATE_RANGE, "piece at 0x%08x: %u bytes to copy, room for %u",
                        (unsigned)piece->destination, (unsigned)piece->copy, (unsigned)piece->size);
        if (wraps(piece->destination, piece->size) ||
            (piece->copy != 0 && wraps(piece->source, piece->copy)))
            return fail(
                ERROR_RELOCATE_RANGE, "piece from 0x%08x to 0x%08x, size 0x%x: ends above 4 GB",
                (unsigned)piece->source, (unsigned)piece->destination, (unsigned)piece->size);
        for (size_t j = 0; j < i; j++)
            if (ranges_overlap(piece->destination, piece->size, pieces[j].destination,
                               pieces[j].size))
                return fail(ERROR_RELOCATE_OVERLAP, "0x%08x (size 0x%x) and 0x%08x (size 0x%x)",
                            (unsigned)piece->destination, (unsigned)piece->size,
                            (unsigned)pieces[j].destination, (unsigned)pieces[j].size);
    }
    return OK;
}

static bool has_zeros(const struct relocator_piece *piece)
{
    return piece->size > piece->copy;
}

error_t relocator_plan(const struct relocator_piece *pieces, size_t count, uint32_t scratch,
                       uint32_t scratch_length, struct relocator_step *steps, size_t maximum,
                       size_t *step_count)
{
    struct work work = {.steps = steps, .maximum = maximum};
    size_t zeros = 0;
    error_t error = check_pieces(pieces, count);

    if (error != OK)
        return error;
    if (wraps(scratch, scratch_length))
        return fail(ERROR_RELOCATE_RANGE, "scratch memory 0x%08x, size 0x%x: ends above 4 GB",
                    (unsigned)scratch, (unsigned)scratch_length);
    if (!relocator_is_clear(pieces, count, scratch, scratch_length))
        return fail(ERROR_RELOCATE_OVERLAP, "scratch memory 0x%08x, size 0x%x", (unsigned)scratch,
                    (unsigned)scratch_length);
    for (size_t i = 0; i < count; i++)
        zeros += has_zeros(&pieces[i]);
    if (zeros > maximum)
        return fail(ERROR_RELOCATE_STEPS, "more than %u steps", (unsigned)maximum);
    work.maximum = maximum - zeros;
    for (size_t i = 0; i < count && error == OK; i++)
        if (pieces[i].source != pieces[i].destination)
            error = wait_for(&work, pieces[i].destination, pieces[i].source, pieces[i].copy);
    if (error == OK)
        error = do_all(&work, scratch, scratch_length);
    if (error != OK)
        return error;
    for (size_t i = 0; i < count; i++)
        if (has_zeros(&pieces[i]))
            steps[work.done++] = (struct relocator_step){
                .to = pieces[i].destination + pieces[i].copy,
                .length = pieces[i].size - pieces[i].copy,
                .zero = 1,
            };
    *step_count = work.done;
    return OK;
}

bool relocator_is_clear(const struct relocator_piece *pieces, size_t count, uint32_t base,
                        uint32_t length)
{
    for (size_t i = 0; i < count; i++)
        if (ranges_overlap(base, length, pieces[i].destination, pieces[i].size) ||
            ranges_overlap(base, length, pieces[i].source, pieces[i].copy))
            return false;
    return true;
}
