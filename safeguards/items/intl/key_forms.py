"""What vendors' keys and tokens look like: data of `api_key`, as the vendors document them (November
2026)."""

from __future__ import annotations

_W = r"[A-Za-z0-9_\-]"
_A = r"[A-Za-z0-9]"
_X = r"[0-9a-f]"

FORMS: dict[str, str] = {
    "AWS access key": r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",
    "GitHub token": rf"gh[pousr]_{_A}{{36,255}}|github_pat_{_A}{{22}}_{_A}{{59}}",
    "GitLab token": rf"gl(?:pat|rt|dt|cbt|ptt|ft|soat|agent|imt|ffct)-{_W}{{20,64}}(?:\.[0-9a-z.]{{2,30}})?",
    "Anthropic key": rf"sk-ant-{_W}{{24,128}}",
    "OpenAI key": rf"sk-(?:proj-|svcacct-|admin-|None-)?(?=[A-Za-z\-_]*[0-9]){_W}{{20,200}}",
    "Stripe key": rf"(?:sk|rk)_(?:live|test)_{_A}{{16,247}}|whsec_[A-Za-z0-9+/=]{{32,64}}",
    "Slack token": rf"xox[abeoprs](?:\.xox[a-z])?-[A-Za-z0-9\-]{{10,250}}|"
    rf"xapp-[0-9]-{_A}{{8,20}}-[0-9]{{8,20}}-{_A}{{32,80}}",
    "Slack webhook": r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_\-]{24,120}",
    "Discord webhook": rf"https://(?:ptb\.|canary\.)?discord(?:app)?\.com/api/(?:v[0-9]{{1,2}}/)?webhooks/[0-9]{{17,20}}/{_W}{{60,80}}",
    "Discord token": rf"[MNO]{_A}{{23,27}}\.{_W}{{6}}\.{_W}{{27,38}}",
    "Teams webhook": r"https://[a-z0-9\-]{1,60}\.webhook\.office\.com/webhookb2/[A-Za-z0-9@/\-]{60,250}",
    "Google key": rf"AIza{_W}{{35}}",
    "Google OAuth secret": rf"GOCSPX-{_W}{{28}}|ya29\.{_W}{{20,400}}|1//0{_W}{{40,120}}",
    "npm token": rf"npm_{_A}{{36}}",
    "PyPI token": rf"pypi-AgE{_W}{{50,250}}",
    "RubyGems key": rf"rubygems_{_X}{{48}}",
    "SendGrid key": rf"SG\.{_W}{{22}}\.{_W}{{43}}",
    "Twilio key": rf"SK{_X}{{32}}",
    "Mailgun key": rf"key-{_X}{{32}}",
    "Mailchimp key": rf"{_X}{{32}}-us[0-9]{{1,2}}",
    "Shopify token": r"shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}",
    "Square token": rf"sq0(?:atp|csp)-{_W}{{22,43}}",
    "DigitalOcean token": rf"do[opr]_v1_{_X}{{64}}",
    "Databricks token": rf"dapi{_X}{{32}}(?:-[0-9])?",
    "Hugging Face token": rf"hf_{_A}{{34}}",
    "Telegram bot token": rf"[0-9]{{8,10}}:AA{_W}{{33}}",
    "Notion token": rf"ntn_{_A}{{40,50}}|secret_{_A}{{43}}",
    "Linear key": rf"lin_(?:api|oauth)_{_A}{{40,64}}",
    "Vault token": rf"hv[sbr]\.{_W}{{24,200}}",
    "Grafana token": rf"glsa_{_A}{{32}}_{_X}{{8}}|glc_[A-Za-z0-9+/]{{32,400}}={{0,2}}",
    "New Relic key": r"NRAK-[A-Z0-9]{27}",
    "Sentry token": r"sntry[su]_[A-Za-z0-9+/=_\-]{40,250}",
    "Postman key": rf"PMAK-{_X}{{24}}-{_X}{{34}}",
    "Doppler token": rf"dp\.(?:pt|st|ct|sa)\.(?:[a-z0-9_\-]{{2,35}}\.)?{_A}{{40,44}}",
    "Atlassian token": r"ATATT3[A-Za-z0-9_\-=]{100,250}",
    "Figma token": rf"figd_{_W}{{40,50}}",
    "Airtable token": rf"pat{_A}{{14}}\.{_X}{{64}}",
    "Groq key": rf"gsk_{_A}{{48,56}}",
    "Replicate token": rf"r8_{_A}{{37}}",
    "Perplexity key": rf"pplx-{_A}{{40,60}}",
    "xAI key": rf"xai-{_A}{{70,90}}",
    "Azure storage key": r"(?<=AccountKey=)[A-Za-z0-9+/]{86}==",
    "age secret key": r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}",
    "Toss Payments secret key": rf"(?:live|test)_g?sk_{_A}{{20,64}}",
    "Naver Cloud access key": rf"ncp_(?:iam|main)_{_A}{{16,48}}",
    "Kakao key": rf"(?<=KakaoAK ){_X}{{32}}",
}
"""A vendor's key to its form; the random part makes chance hits all but impossible."""
