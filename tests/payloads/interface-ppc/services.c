/* SPDX-License-Identifier: BSD-2-Clause */
#include "interface.h"

/*
 * IEEE 1275-1994, 6.3.2, in its order; test-method and quiesce are Apple's, and
 * instance-to-interposed-path is the recommended practice "Interposition". OpenBIOS has no
 * set-symbol-lookup, and nothing here needs it.
 */
static const char *const services[] = {
    "test",
    "peer",
    "child",
    "parent",
    "instance-to-package",
    "getproplen",
    "getprop",
    "nextprop",
    "setprop",
    "canon",
    "finddevice",
    "instance-to-path",
    "package-to-path",
    "call-method",
    "open",
    "close",
    "read",
    "write",
    "seek",
    "claim",
    "release",
    "boot",
    "enter",
    "exit",
    "chain",
    "interpret",
    "set-callback",
    "milliseconds",
    "test-method",
    "quiesce",
    "instance-to-interposed-path",
};

void check_services(void)
{
    for (uint32_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
        check(client_one("test", 1, services[i]) == 0, "test finds the service %s", services[i]);
    check(client_one("test", 1, "no-such-service") != 0, "test does not find no-such-service");
    check(client_one("test", 1, "") != 0, "nor one without a name");
    check(client_call("no-such-service", 1, 1, 0) != 0, "calling no-such-service is refused");
    check(client_call("ope", 1, 1, "/") != 0 && client_call("opens", 1, 1, "/") != 0,
          "neither a service's name cut short nor a longer one will do");
    check(client_entry.r5 != 0 && client_entry.r5 % 4 == 0 && client_entry.r3 == 0 &&
              client_entry.r4 == 0 && client_entry.r1 % 16 == 0,
          "entered with r3 and r4 0 and an aligned stack (0x%x)", client_entry.r1);
    uint32_t start = milliseconds(), now = start;
    for (uint32_t i = 0; i < 200000 && now - start < 50; i++)
        now = milliseconds();
    check(start != NOTHING && now - start >= 50 && now - start < 5000, "milliseconds goes on");
}

#define CELLS 96

/* What comes of an argument array with these counts, whose cells all hold `fill`. */
static uint32_t with_counts(const char *service, uint32_t count, uint32_t results, uint32_t fill,
                            uint32_t *first_result)
{
    uint32_t array[3 + CELLS] = {cell_of(service), count, results};
    for (uint32_t i = 0; i < CELLS; i++)
        array[3 + i] = fill;
    uint32_t answer = client_raw(array);
    *first_result = count < CELLS ? array[3 + count] : fill;
    return answer;
}

void check_counts(const struct card *card)
{
    static const char *const ours[] = {"open",       "close",      "read",
                                       "write",      "seek",       "call-method",
                                       "finddevice", "claim",      "release",
                                       "getprop",    "nextprop",   "instance-to-path",
                                       "setprop",    "getproplen", "instance-to-package"};
    static const uint32_t wrong[][2] = {
        {0, 0},       {0, 1},  {1, 0},          {NOTHING, 1}, {1, 40},
        {1, NOTHING}, {40, 1}, {0x40000000, 1}, {9, 9},       {0x80000000, 0x80000001}};
    uint32_t instance = card_open(card, "");
    for (uint32_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        uint32_t accepted = 0;
        for (uint32_t w = 0; w < sizeof(wrong) / sizeof(wrong[0]); w++) {
            /* A count of one argument is right for these. */
            if (wrong[w][0] == 1 && wrong[w][1] < 40)
                continue;
            uint32_t result;
            uint32_t answer = with_counts(ours[i], wrong[w][0], wrong[w][1], 0, &result);
            if (answer == 0 && (wrong[w][0] | wrong[w][1]) > 0xFFFF) {
                accepted++;
                say("       %s with 0x%x arguments and 0x%x results\n", ours[i], wrong[w][0],
                    wrong[w][1]);
            }
        }
        check(accepted == 0, "%s with impossible counts is refused", ours[i]);
    }
    uint32_t array[4] = {0, 0, 0, 0};
    check(client_raw(array) != 0, "a service without a name (NULL) is refused");
    check(!is_handle(open_device(NULL)), "open of NULL gives nothing");
    check(!is_handle(open_device("")), "open of nothing gives nothing");
    check(is_handle(instance) && client_method(NULL, instance, 0, 0) != 0,
          "call-method of NULL is refused");
    check(client_method("", instance, 0, 0) != 0, "call-method of nothing is refused");
    check(frames_pass(card, instance), "frames pass after that");
    close_device(instance);
}

/* Forth sees what getprop sees: GRUB, yaboot and CHRP scripts look at devices this way. */
void check_forth(const struct card *card)
{
    check(client_interpret("1 2 +", 1) == 0 && client_results[1] == 3, "interpret: 1 2 + is 3");
    check(client_call("interpret", 3, 2, "-", 5, 7) == 0 && client_results[0] == 0 &&
              client_results[1] == 2,
          "interpret takes arguments, the stack's top first: 7 5 - is 2");
    check(client_interpret("no-such-word", 0) != 0, "interpret of no word fails");
    char text[PATH_LENGTH + 96] = "\" local-mac-address\" \" ";
    static const char rest[] = "\" find-package drop get-package-property";
    memcpy(text + strlen(text), card->path, strlen(card->path) + 1);
    memcpy(text + strlen(text), rest, sizeof(rest));
    check(client_interpret(text, 3) == 0 && client_results[1] == 0 && client_results[2] == 6 &&
              memcmp((void *)client_results[3], card->mac, 6) == 0,
          "Forth finds the card's local-mac-address");
}
