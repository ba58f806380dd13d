// TABLE
// One row per way in which the smallest boot configuration can be made wrong.

import Bootstrap
import CapABI
import Handoff
import ImageDescription

extension BadText {
  static let syntax = [
    BadText(
      "trailing", "{\n  \"profile\"", by: "{} {\n  \"profile\"", .syntax(offset: 3, .trailing))
  ]

  static let fields = [
    BadText(
      "missing profile", "\"profile\": \"smoke\",", by: "", .field(path: "profile", .missing)),
    BadText(
      "unknown profile", "\"smoke\"", by: "\"Smoke\"",
      .field(path: "profile", .unknownName("Smoke"))),
    BadText(
      "unknown key", "\"profile\"", by: "\"other\": 1, \"profile\"",
      .field(path: "other", .unknownKey)),
    BadText(
      "unknown key inside", "\"mode\": \"never\"", by: "\"mode\": \"never\", \"x\": 1",
      .field(path: "services[0].restart.x", .unknownKey)),
    BadText(
      "switches", "{\"debugExit\": true}", by: "[]",
      .field(path: "switches", .wrongType(expected: "an object"))),
    BadText(
      "switch", "\"debugExit\": true", by: "\"debugExit\": 1",
      .field(path: "switches.debugExit", .wrongType(expected: "true or false"))),
    BadText(
      "protection", "\"debugExit\": true", by: "\"leaveOut\": [\"magic\"]",
      .field(path: "switches.leaveOut[0]", .unknownName("magic"))),
    BadText(
      "seed", "\"switches\"", by: "\"fixedSeed\": \"00\", \"switches\"",
      .field(path: "fixedSeed", .badHexadecimal(digits: 128))),
    BadText(
      "seed in capitals", "\"switches\"",
      by: "\"fixedSeed\": \"\(String(repeating: "0A", count: 64))\", \"switches\"",
      .field(path: "fixedSeed", .badHexadecimal(digits: 128))),
    BadText(
      "services", "\"services\": [", by: "\"services\": 1, \"x\": [",
      .field(path: "services", .wrongType(expected: "an array"))),
    BadText(
      "role", "\"rootd\"", by: "\"routed\"",
      .field(path: "services[0].role", .unknownName("routed"))),
    BadText(
      "number of a program too low", "\"rootd\"", by: "\"program-fff\"",
      .field(path: "services[0].role", .unknownName("program-fff"))),
    BadText(
      "role as number", "\"rootd\"", by: "1",
      .field(path: "services[0].role", .wrongType(expected: "a string"))),
    BadText(
      "priority", "\"priority\": 200", by: "\"priority\": 256",
      .field(path: "services[0].priority", .tooLarge(found: 256, limit: 255))),
    BadText(
      "affinity", "\"0xffffffffffffffff\"", by: "\"all\"",
      .field(path: "services[0].affinity", .wrongType(expected: "a number"))),
    BadText(
      "unit", "\"1MiB\"", by: "\"1MB\"",
      .field(
        path: "services[0].budget",
        .wrongType(expected: "a number of bytes, KiB, MiB or GiB"))),
    BadText(
      "size", "\"1MiB\"", by: "\"17592186044416MiB\"",
      .field(
        path: "services[0].budget",
        .tooLarge(found: 17_592_186_044_416, limit: 17_592_186_044_415))),
    BadText(
      "system call twice", "\"call\"", by: "\"call\", \"call\"",
      .field(path: "services[0].syscalls[1]", .duplicate("call"))),
    BadText(
      "right", "[\"read\", \"write\", \"manage\"]", by: "[\"own\"]",
      .field(path: "services[0].capabilities[0].rights[0]", .unknownName("own"))),
  ]

  static let entries = [
    BadText(
      "order of slots", "\"slot\": 2,", by: "\"slot\": 9,",
      .form(
        path: "services[0].capabilities[2]", .outOfOrder(table: 3, entry: 2))),
    BadText(
      "slot 0", "\"slot\": 1,", by: "\"slot\": 0,",
      .form(path: "services[0].capabilities[0]", .invalidValue(offset: 360, found: 0))),
    BadText(
      "faces overlap", "\"last\": \"0x1ffff\"", by: "\"last\": \"0x20000\"",
      .form(path: "services[0].faces[1]", .overlap(table: 4, entry: 1))),
    BadText(
      "switches outside smoke", "\"smoke\"", by: "\"dev\"",
      .form(path: "(top)", .nonzeroReserved(offset: 120))),
    BadText("rule", "\"priority\": 200", by: "\"priority\": 0", .rule(.priorityZero(.rootd))),
    BadText(
      "intake table", "\"kind\": \"time\"", by: "\"kind\": \"power\"",
      .rule(
        .intakeMismatch(
          .rootd,
          .wrongKind(CapSlot(rawValue: 2128), found: .power, expected: .time)))),
  ]
}
