import { expectTypeOf, test } from 'vitest'
import type {
  AddOptions,
  AssignOptions,
  CompleteOptions,
  ExportForOptions,
  FindOptions,
  ListOptions,
  ReadOptions,
  RedisOptions,
  RequestOptions,
  SearchOptions,
  ServiceLogOptions,
  SignInOptions,
  StoreOptions,
  TrustOptions,
  UseOptions,
  WaitOptions,
} from '../src/index.ts'

type LeftOut<Options> = { [Name in keyof Options]?: Options[Name] | undefined }

test('undefined is the same as left out, also to a compiler that tells them apart', () => {
  expectTypeOf<LeftOut<StoreOptions>>().toExtend<StoreOptions>()
  expectTypeOf<LeftOut<RedisOptions>>().toExtend<RedisOptions>()
  expectTypeOf<LeftOut<AddOptions>>().toExtend<AddOptions>()
  expectTypeOf<LeftOut<AssignOptions>>().toExtend<AssignOptions>()
  expectTypeOf<LeftOut<CompleteOptions>>().toExtend<CompleteOptions>()
  expectTypeOf<LeftOut<ExportForOptions>>().toExtend<ExportForOptions>()
  expectTypeOf<LeftOut<FindOptions>>().toExtend<FindOptions>()
  expectTypeOf<LeftOut<ListOptions>>().toExtend<ListOptions>()
  expectTypeOf<LeftOut<ReadOptions>>().toExtend<ReadOptions>()
  expectTypeOf<LeftOut<RequestOptions>>().toExtend<RequestOptions>()
  expectTypeOf<LeftOut<SearchOptions>>().toExtend<SearchOptions>()
  expectTypeOf<LeftOut<ServiceLogOptions>>().toExtend<ServiceLogOptions>()
  expectTypeOf<LeftOut<Omit<SignInOptions, 'open'>>>().toExtend<Omit<SignInOptions, 'open'>>()
  expectTypeOf<LeftOut<TrustOptions>>().toExtend<TrustOptions>()
  expectTypeOf<LeftOut<UseOptions>>().toExtend<UseOptions>()
  expectTypeOf<LeftOut<WaitOptions>>().toExtend<WaitOptions>()
})
