import type { Command, CommanderError } from 'commander'
import { MockmailError } from '../errors.ts'
import { scenarioNames } from '../scenarios/scenario.ts'
import { didYouMean } from '../text/nearest.ts'

/**
 * What was wrong with the command line: what was given, what is allowed, and the nearest name. Commander says less and in
 * other words.
 *
 * @param command the one whose arguments were read
 */
export function explainMisuse(error: CommanderError, command: Command): MockmailError | CommanderError {
  const given = /'(.*)'/.exec(error.message)?.[1] ?? ''
  switch (error.code) {
    case 'commander.unknownOption':
      return unknownFlag(given.replace(/=.*/s, ''), command)
    case 'commander.unknownCommand':
      return unknownCommand(given, command)
    case 'commander.optionMissingArgument':
      return new MockmailError(
        'INVALID_OPTION',
        `${given} lacks its value; 'mockmail ${command.name()} --help' says more.`,
      )
    case 'commander.missingArgument':
      return new MockmailError('INVALID_OPTION', `<${given}> is missing: ${usageOf(command)}`)
    case 'commander.excessArguments':
      return new MockmailError('INVALID_OPTION', `'${command.args.at(-1)}' is too much: ${usageOf(command)}`)
    default:
      return error
  }
}

const usageOf = (command: Command): string => `mockmail ${command.name()} ${command.usage()}`

function unknownFlag(given: string, command: Command): MockmailError {
  const { parent } = command
  const name = parent ? `mockmail ${command.name()}` : 'mockmail'
  const owners = command.commands.filter((sub) => flagsOf(sub).includes(given)).map((sub) => sub.name())
  const hint =
    owners.length > 0
      ? ` It is a flag of ${owners.join(', ')}, and stands behind that word.`
      : nearestFlag(given, command)
  return new MockmailError(
    'UNKNOWN_OPTION',
    `There is no flag '${given}' of '${name}'.${hint} '${name} --help' shows them all.`,
  )
}

/** Everything is near to a single letter. */
const nearestFlag = (given: string, command: Command): string =>
  given.length > 2
    ? didYouMean(
        given,
        flagsOf(command).filter((flag) => flag.length > 2),
      )
    : ''

const flagsOf = (command: Command): readonly string[] =>
  command.options
    .flatMap(({ long, short }) => [long, short].filter((flag) => typeof flag === 'string'))
    .concat('--help')

function unknownCommand(given: string, program: Command): MockmailError {
  const names = program.commands.map((command) => command.name())
  const isScenario = given.split('+').every((part) => scenarioNames.includes(part.replace(/@.*/s, '')))
  const hint = isScenario ? ` '${given}' is a scenario: 'mockmail up ${given}' serves it.` : didYouMean(given, names)
  return new MockmailError('UNKNOWN_COMMAND', `There is no command '${given}'.${hint} Allowed: ${names.join(', ')}.`)
}
