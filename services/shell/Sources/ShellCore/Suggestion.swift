// Which command somebody may have meant who mistyped one.

package import Runtime

extension Command {
  /// The command whose name is nearest, if no more than two letters are wrong.
  package static func nearest(to name: TextLine) -> Command? {
    var best: (command: Command, distance: Int)?
    for index in 0..<count {
      guard let command = Command(rawValue: UInt8(index)) else { continue }
      let distance = distance(name, TextLine(command.name))
      if distance < best?.distance ?? 3 { best = (command, distance) }
    }
    // Every two letters are near to a name of two letters.
    guard let best, best.distance < name.count else { return nil }
    return best.command
  }

  /// Insertions, deletions, changes, exchanges of neighbours between two words; 99 for long ones.
  private static func distance(_ first: TextLine, _ second: TextLine) -> Int {
    guard first.count <= 16, second.count <= 16 else { return 99 }
    var before = [17 of Int](repeating: 0)
    var row = [17 of Int](repeating: 0)
    for column in 0...second.count { row[column] = column }
    for line in 0..<first.count {
      let above = row
      row[0] = line + 1
      for column in 0..<second.count {
        let change = above[column] + (first[line] == second[column] ? 0 : 1)
        row[column + 1] = min(change, min(above[column + 1], row[column]) + 1)
        if line > 0, column > 0, first[line] == second[column - 1],
          first[line - 1] == second[column]
        {
          row[column + 1] = min(row[column + 1], before[column - 1] + 1)
        }
      }
      before = above
    }
    return row[second.count]
  }
}
