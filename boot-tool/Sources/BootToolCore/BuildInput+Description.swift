// The build's input in a JSON file, docs/reference/boot-tool.md, "Description file".

import BootImg
import Bytes
import Foundation

/// A value in a description file.
private enum DescriptionValue: Decodable {
  case text(String)
  case number(UInt64)
  case map([String: String])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let number = try? container.decode(UInt64.self) {
      self = .number(number)
    } else {
      self = .map(try container.decode([String: String].self))
    }
  }
}

extension BuildInput {
  /// Reads a description file; the paths in it are relative to its folder.
  init(descriptionAt path: String) throws(ToolError) {
    let data = Data(try ToolFiles.read(path, limit: 1 << 20))
    guard let fields = try? JSONDecoder().decode([String: DescriptionValue].self, from: data)
    else {
      throw .file(
        path, offset: nil,
        reason: "not a JSON object of texts, numbers from 0 on, and objects of texts")
    }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
      let isKnown: Bool
      do throws(Problem) { isKnown = try take(key, value, folder: folder) } catch {
        throw .file(path, offset: nil, reason: "field '\(key)': \(error.reason)")
      }
      guard isKnown else {
        throw .file(path, offset: nil, reason: "field '\(key)' is unknown or has a bad value")
      }
    }
  }

  /// Takes one field; false when there is no such field or its value is of the wrong kind.
  private mutating func take(
    _ key: String, _ value: DescriptionValue, folder: String
  ) throws(Problem) -> Bool {
    func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : folder + path }
    switch (key, value) {
    case ("profile", .text(let text)):
      profile = BootProfile(text: text)
      return profile != nil
    case ("imageVersion", .number(let number)): imageVersion = number
    case ("buildID", .text(let text)):
      buildID = try? Hexadecimal.parse(Array(text.utf8)[...])
      return buildID != nil
    case ("key", .text(let path)): keyPath = resolved(path)
    case ("kernel", .text(let path)): try add(.kernel, name: "kernel", path: resolved(path))
    case ("rootTask", .text(let path)):
      try add(.rootTask, name: "root-task", path: resolved(path))
    case ("bootConfig", .text(let path)):
      try add(.bootConfig, name: "boot-config", path: resolved(path))
    case ("services", .map(let paths)):
      for (name, path) in paths { try add(.earlyService, name: name, path: resolved(path)) }
    case ("drivers", .map(let paths)):
      for (name, path) in paths { try add(.driver, name: name, path: resolved(path)) }
    case ("blobs", .map(let paths)):
      for (name, path) in paths { try add(.blob, name: name, path: resolved(path)) }
    default: return false
    }
    return true
  }
}
