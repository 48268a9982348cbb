import type { Aliases, Claims, Moments, Parameters } from './claims.ts'
import type { PartId } from './registry.ts'

/** A name of something in the catalogue: its id, with a value of its parameter where it has one; or another suite's name for it. */
export type ScenarioId = PartId | Valued | keyof Aliases

type Valued = { readonly [Id in keyof Parameters]: `${Id}:${Parameters[Id]}` }[keyof Parameters]

/**
 * The scenario itself when it can be served, else a type that says what is wrong with it. Only what is literal can be
 * checked here: a `string` passes, and is checked when it is used.
 */
export type CheckedScenario<Input> = [Problem<Input>] extends [never] ? Input : Problem<Input>

/** Options whose scenario is checked. */
export type WithChecked<Input> = { readonly scenario?: CheckedScenario<Input> }

/** Options whose scenarios are checked, each by itself. */
export type WithCheckedList<Inputs extends readonly unknown[]> = {
  readonly scenarios?: { readonly [Index in keyof Inputs]: CheckedScenario<Inputs[Index]> }
}

/** `never` when nothing is wrong. */
type Problem<Input> = Input extends string
  ? ProblemOfParts<Input>
  : Input extends readonly unknown[]
    ? ProblemOfParts<Joined<Input>>
    : never

/** The literal members of a list, joined by `+`; `string` when there is none, or their number is not known. */
type Joined<List extends readonly unknown[]> = List extends readonly [infer First, ...infer Others]
  ? First extends string
    ? Others extends readonly []
      ? First
      : `${First}+${Joined<Others>}`
    : Joined<Others>
  : string

/** `Set` is what earlier parts have set. */
type ProblemOfParts<Parts extends string, Set extends string = never> = string extends Parts
  ? never
  : Parts extends `${infer First}+${infer Others}`
    ? [ProblemOfPart<First, Set>] extends [never]
      ? ProblemOfParts<Others, Set | ClaimsOf<First>>
      : ProblemOfPart<First, Set>
    : ProblemOfPart<Parts, Set>

type ProblemOfPart<Part extends string, Set extends string> = string extends Part
  ? never
  : IsPart<NameOf<Part>> extends true
    ? [ClaimsOf<Part> & Set] extends [never]
      ? never
      : `'${Part}' cannot be combined: another part sets ${ClaimsOf<Part> & Set}`
    : [Set] extends [never]
      ? ScenarioId
      : `there is no scenario '${Part}'`

/** Whether it names something, at a moment that this has where it says one. */
type IsPart<Name extends string> = Name extends ScenarioId
  ? true
  : Name extends `${infer Whole}@${infer Moment}`
    ? Whole extends ScenarioId
      ? Moment extends MomentsOf<BaseOf<Canonical<Whole>>>
        ? true
        : false
      : false
    : false

/** The last is the same without what it injects. */
type MomentsOf<Id extends string> = (Id extends keyof Moments ? Moments[Id] : never) | 'twin'

/** What a part sets. Itself is among it, so that no part can stand in a scenario twice, whatever its value. */
type ClaimsOf<Part extends string, Id extends string = Canonical<NameOf<Part>>> =
  | `part ${BaseOf<Id>}`
  | (Id extends `${infer Whole}@${infer Moment}`
      ? ClaimsIn<`${BaseOf<Canonical<Whole>>}@${Moment}`>
      : Id extends keyof Claims
        ? Claims[Id]
        : ClaimsIn<BaseOf<Id>>)

type ClaimsIn<Id extends string> = Id extends keyof Claims ? Claims[Id] : never

/** Without the value of its parameter: `chain-length` of `chain-length:11`. */
type BaseOf<Id extends string> = Id extends `${infer Base}:${string}` ? Base : Id

/** Without the connection from which it counts: `expired` of `expired@2nd`. */
type NameOf<Part extends string> = Part extends `${infer Name}@${number}${'st' | 'nd' | 'rd' | 'th'}` ? Name : Part

type Canonical<Name extends string> = Name extends keyof Aliases ? Aliases[Name] : Name
