import type { Input } from "@pulumi/pulumi";

/** An address in a call or message: a number, an agent, a SIP URI. */
export interface VoipbinAddress {
  type?: Input<string>;
  target?: Input<string>;
  target_name?: Input<string>;
  name?: Input<string>;
  detail?: Input<string>;
}

/** Options that go with any other field the platform may know. */
type Options<T> = T & { [field: string]: unknown };

interface Base<Type extends string, Option = { [field: string]: unknown }> {
  type: Type;
  option?: Options<Option>;
  /** Only needed where another action goes to it; the server gives one otherwise. */
  id?: Input<string>;
  /** The action that comes next. @default the next one in the list */
  next_id?: Input<string>;
}

type Plain =
  | "agent_call" | "ai_summary" | "beep" | "chatbot_talk" | "condition_call_digits" | "condition_call_status" | "condition_datetime"
  | "condition_variable" | "confbridge_join" | "conference_join" | "conversation_send" | "digits_receive" | "digits_send" | "echo"
  | "email_send" | "external_media_start" | "external_media_stop" | "fetch" | "hangup_relay" | "mute" | "recording_start"
  | "recording_stop" | "sleep" | "stop" | "stream_echo" | "transcribe_recording" | "transcribe_start" | "transcribe_stop"
  | "variable_set" | "webhook_send";

/**
 * An action of a VoIPBIN flow, in VoIPBIN's own spelling. Fields as in its SDK (voipbin-go `gens/voipbin_client/gen.go`) and its
 * documentation (`flow_struct_action.rst`); others are passed on.
 */
export type VoipbinAction =
  | Base<"answer">
  | Base<"talk", { text?: Input<string>; language?: Input<string>; gender?: Input<string>; digits_handle?: Input<string>; async?: Input<boolean> }>
  | Base<"play", { stream_urls?: Input<Input<string>[]> }>
  | Base<"ai_talk", { ai_id?: Input<string>; language?: Input<string>; gender?: Input<string>; duration?: Input<number>; resume?: Input<boolean> }>
  | Base<"amd", { machine_handle?: Input<"hangup" | "continue">; async?: Input<boolean> }>
  | Base<"branch", { variable?: Input<string>; default_target_id?: Input<string>; target_ids?: Input<{ [value: string]: Input<string> }> }>
  | Base<"call", { source?: VoipbinAddress; destinations?: VoipbinAddress[]; flow_id?: Input<string>; actions?: VoipbinAction[]; chained?: Input<boolean>; early_execution?: Input<boolean>; anonymous?: Input<string> }>
  | Base<"connect", { source?: VoipbinAddress; destinations?: VoipbinAddress[]; early_media?: Input<boolean>; relay_reason?: Input<boolean> }>
  | Base<"fetch_flow", { flow_id?: Input<string> }>
  | Base<"goto", { target_id?: Input<string>; loop_count?: Input<number> }>
  | Base<"hangup", { reason?: Input<string>; reference_id?: Input<string> }>
  | Base<"message_send", { source?: VoipbinAddress; destinations?: VoipbinAddress[]; text?: Input<string> }>
  | Base<"queue_join", { queue_id?: Input<string> }>
  | Base<Plain>
  // A type that came after this version of the library: passed on, with a warning in the preview.
  | { type: string & {}; option?: { [field: string]: unknown }; id?: Input<string>; next_id?: Input<string> };
