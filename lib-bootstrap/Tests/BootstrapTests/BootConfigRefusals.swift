// TABLE
// One row per rule of form that the boot configuration has beside the common ones: the change of
// the sample that breaks it, the refusal. Offsets follow from the sample: two services, no
// dependency, one edge, rootd's and memd's capabilities, ten faces.

import Bootstrap
import CapABI
import Handoff
import HandoffTesting

extension Refusal {
  private static let services = 200
  private static let edge = services + 2 * 72
  private static let capability = edge + 16
  private static let rootCount = BootConfigDraft.tiny.services[0].capabilities.count
  private static let memdCount = BootConfigDraft.tiny.services[1].capabilities.count
  private static let memdCapability = capability + 32 * rootCount
  private static let face = memdCapability + 32 * memdCount

  static let bootConfig = [
    Refusal("other format", at: 0, UInt8(0), .badMagic(found: 0x4746_4342_5849_5200)),
    Refusal("profile", at: 112, UInt32(0), .invalidValue(offset: 112, found: 0)),
    Refusal("flags", at: 116, UInt32(2), .unknownFlags(offset: 116, found: 2)),
    Refusal("seed without flag", at: 199, UInt8(1), .nonzeroReserved(offset: 199)),
    Refusal("switch flags", at: 120, UInt32(8), .unknownFlags(offset: 120, found: 8)),
    Refusal("role 0", at: services, UInt16(0), .invalidValue(offset: services, found: 0)),
    Refusal(
      "launch kind", at: services + 2, UInt8(6), .invalidValue(offset: services + 2, found: 6)),
    Refusal(
      "service flags", at: services + 4, UInt32(2),
      .unknownFlags(offset: services + 4, found: 2)),
    Refusal(
      "syscall filter", at: services + 28, UInt32(1 << 13),
      .unknownFlags(offset: services + 28, found: 1 << 13)),
    Refusal(
      "restart mode", at: services + 32, UInt8(3),
      .invalidValue(offset: services + 32, found: 3)),
    Refusal(
      "validation", at: services + 33, UInt8(0),
      .invalidValue(offset: services + 33, found: 0)),
    Refusal(
      "service reserved", at: services + 34, UInt8(1), .nonzeroReserved(offset: services + 34)),
    Refusal(
      "run with a gap", at: services + 64, UInt16(1),
      .invalidValue(offset: services + 64, found: 1)),
    Refusal(
      "run past the table", at: services + 66, UInt16.max,
      .invalidValue(offset: services + 66, found: 0xFFFF)),
    Refusal(
      "table not covered", at: services + 72 + 62, UInt16(0),
      .wrongEntryCount(table: 2, appended: 0, announced: 1)),
    Refusal("peer 0", at: edge, UInt16(0), .invalidValue(offset: edge, found: 0)),
    Refusal("edge mode", at: edge + 2, UInt8(3), .invalidValue(offset: edge + 2, found: 3)),
    Refusal("edge reserved", at: edge + 3, UInt8(1), .nonzeroReserved(offset: edge + 3)),
    Refusal(
      "notify with deadline", at: edge + 4, UInt32(1),
      .invalidValue(offset: edge + 4, found: 1)),
    Refusal(
      "count 0", at: capability + 24, UInt32(0),
      .invalidValue(offset: capability + 24, found: 0)),
    Refusal(
      "count past every CSpace", at: capability + 24, UInt32(1 << 20),
      .invalidValue(offset: capability + 24, found: 1 << 20)),
    Refusal(
      "run with a peer", at: memdCapability + 2 * 32 + 24, UInt32(2),
      .invalidValue(offset: memdCapability + 2 * 32 + 24, found: 2)),
    Refusal(
      "capability flags", at: capability + 28, UInt32(4),
      .unknownFlags(offset: capability + 28, found: 4)),
    Refusal(
      "custody from the start", at: capability + 28, UInt32(2),
      .invalidValue(offset: capability + 28, found: 2)),
    Refusal(
      "badge without peer", at: capability + 16, UInt64(1),
      .invalidValue(offset: capability + 16, found: 1)),
    Refusal("face kind", at: face, UInt16(6), .invalidValue(offset: face, found: 6)),
    Refusal("face reserved", at: face + 7, UInt8(1), .nonzeroReserved(offset: face + 7)),
    Refusal("face from 0", at: face + 8, UInt64(0), .invalidValue(offset: face + 8, found: 0)),
    Refusal(
      "face that ends first", at: face + 16, UInt64(0xFFFF),
      .invalidValue(offset: face + 16, found: 0xFFFF)),
  ]
}
