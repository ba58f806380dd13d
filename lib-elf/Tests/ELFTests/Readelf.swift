// What readelf prints about a file, and which refusal follows from it by docs/reference/elf.md.
// This is a second opinion: it shares no code with the library and reads text instead of bytes.

import ELF
import ELFTesting
import Foundation

struct Readelf {
  struct Header {
    let type: String
    let offset: UInt64
    let address: UInt64
    let fileSize: UInt64
    let memorySize: UInt64
    let flags: String
    let alignment: UInt64

    var end: UInt64 { address + memorySize }
    var firstPage: UInt64 { address & ~0xFFF }
    var endPage: UInt64 { (end + 0xFFF) & ~0xFFF }
  }

  struct Relocation {
    let target: UInt64
    let type: UInt32
    let addend: UInt64
  }

  let entry: UInt64
  let isPositionIndependent: Bool
  let headers: [Header]
  let dynamic: [(tag: UInt64, text: String)]
  let relocations: [Relocation]

  var segments: [Header] { headers.filter { $0.type == "LOAD" } }

  init(file: URL, in folder: URL) throws {
    guard let readelf = Tool.readelf else { throw BuildFailure(description: "no readelf") }
    func lines(_ option: String) throws -> [[String]] {
      try readelf.run([option, file.path], in: folder).output.split(separator: "\n")
        .map { $0.split(separator: " ").map(String.init) }
    }
    let header = try lines("-hW")
    entry = header.first { $0.first == "Entry" }.flatMap { $0.last }.map(Self.number) ?? 0
    isPositionIndependent = header.contains { $0.first == "Type:" && $0.dropFirst().first == "DYN" }
    headers = try lines("-lW").compactMap(Self.header)
    dynamic = try lines("-dW").compactMap { words in
      guard words.count > 2, words[0].hasPrefix("0x"), words[1].hasPrefix("(") else { return nil }
      return (Self.number(words[0]), words.dropFirst(2).joined(separator: " "))
    }
    relocations = try lines("-rW").compactMap { words in
      guard words.count > 2, words[0].count == 16, words[1].count == 16,
        let target = UInt64(words[0], radix: 16), let info = UInt64(words[1], radix: 16)
      else { return nil }
      return Relocation(
        target: target, type: UInt32(info & 0xFFFF_FFFF),
        addend: words.count > 3 ? UInt64(words[words.count - 1], radix: 16) ?? 0 : 0)
    }
  }

  private static func header(_ words: [String]) -> Header? {
    guard words.count >= 7, words[1].hasPrefix("0x"), words[2].hasPrefix("0x") else { return nil }
    return Header(
      type: words[0], offset: number(words[1]), address: number(words[2]),
      fileSize: number(words[4]), memorySize: number(words[5]),
      flags: words[6..<(words.count - 1)].joined(), alignment: number(words[words.count - 1]))
  }

  private static func number(_ text: String) -> UInt64 {
    text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) ?? 0 : UInt64(text) ?? 0
  }

  /// The refusal that the rules give for this file, nil when it is to be accepted.
  func expectedRefusal(limits: ELFLimits) -> ELFError? {
    headerRefusal ?? placeRefusal(limits) ?? dynamicRefusal
      ?? relocations.first { $0.type != 8 }.map { .relocationType($0.type) }
  }

  private var headerRefusal: ELFError? {
    var previous: Header?
    var count = 0
    for header in headers {
      switch header.type {
      case "LOAD":
        count += 1
        if let refusal = segmentRefusal(header, after: previous, count: count) { return refusal }
        previous = header
      case "INTERP": return .interpreter(offset: header.offset)
      case "TLS": return .threadLocalStorage(size: header.memorySize)
      case "GNU_STACK" where header.flags.contains("E"): return .executableStack(flags: 7)
      default: break
      }
    }
    return nil
  }

  private func segmentRefusal(_ header: Header, after previous: Header?, count: Int) -> ELFError? {
    if count > 16 { return .tooManySegments(limit: 16) }
    if header.flags.contains("W"), header.flags.contains("E") {
      return .writableAndExecutable(address: header.address)
    }
    if header.alignment < 0x1000 || header.alignment > 0x20_0000 {
      return .segmentAlignment(header.alignment, limit: 0x20_0000)
    }
    guard let previous else { return nil }
    return header.firstPage < previous.endPage ? .sharedPage(header.firstPage) : nil
  }

  private func placeRefusal(_ limits: ELFLimits) -> ELFError? {
    guard let first = segments.first, let last = segments.last else { return .noSegments }
    let size = last.endPage - first.firstPage
    if size > limits.maximumImageSize {
      return .imageTooLarge(size: size, limit: limits.maximumImageSize)
    }
    if !isPositionIndependent, !limits.addresses.contains(first.firstPage) {
      return .outsideWindow(address: first.firstPage, size: size)
    }
    let isCode = segments.contains {
      $0.flags.contains("E") && entry >= $0.address && entry < $0.address + $0.fileSize
    }
    return isCode ? nil : .entryNotExecutable(entry)
  }

  private var dynamicRefusal: ELFError? {
    guard isPositionIndependent else { return nil }
    for entry in dynamic {
      switch entry.tag {
      case 0, 4...11, 21, 0x6FFF_FEF5, 0x6FFF_FFF9: continue
      case 30:
        if entry.text.contains("TEXTREL") { return .textRelocations(tag: 30) }
        if entry.text.contains("SYMBOLIC") { return .dynamicFlags(tag: 30, value: 2) }
      case 0x6FFF_FFFB:
        continue
      case 2, 3, 17...20, 23, 35...37: return .relocationTableKind(tag: entry.tag)
      case 12, 13, 25...28, 32, 33: return .initialiser(tag: entry.tag)
      case 22: return .textRelocations(tag: 22)
      default: return .unknownDynamicTag(entry.tag)
      }
    }
    let isExecutable = dynamic.contains { $0.tag == 0x6FFF_FFFB && $0.text.contains("PIE") }
    return isExecutable ? nil : .notExecutable(flags: 0)
  }
}
