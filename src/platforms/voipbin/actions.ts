/** Action types of VoIPBIN: the SDK's enum [GO], and three that only the documentation has [RST flow_struct_action]. */
export const actionTypes: ReadonlySet<string> = new Set([
  ...["agent_call", "ai_summary", "ai_talk", "amd", "answer", "beep", "branch", "call", "chatbot_talk", "condition_call_digits"],
  ...["condition_call_status", "condition_datetime", "condition_variable", "confbridge_join", "conference_join", "connect"],
  ...["conversation_send", "digits_receive", "digits_send", "echo", "email_send", "external_media_start", "external_media_stop"],
  ...["fetch", "fetch_flow", "goto", "hangup", "hangup_relay", "message_send", "mute", "play", "queue_join", "recording_start"],
  ...["recording_stop", "sleep", "stop", "stream_echo", "talk", "transcribe_recording", "transcribe_start", "transcribe_stop"],
  ...["variable_set", "webhook_send"],
]);
