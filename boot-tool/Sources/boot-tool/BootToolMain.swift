// The executable: hands the command line to BootToolCore and its texts to the standard streams.

import BootToolCore
import Foundation

@main
enum BootToolMain {
  static func main() {
    let status = BootTool.run(
      arguments: Array(CommandLine.arguments.dropFirst()),
      output: { FileHandle.standardOutput.write(Data($0.utf8)) },
      errorOutput: { FileHandle.standardError.write(Data($0.utf8)) })
    exit(status)
  }
}
