"""Words that exports use in their headers and cells, as data, for guessing. English, and both ways to write Chinese."""

from __future__ import annotations

# Per field: words of a header, written small and with blanks between words; the first is the most telling.
HEADERS: dict[str, tuple[str, ...]] = {
    "arrived_at": (
        *("arrived at", "arrival", "arrived", "call start", "start time", "call date", "call time", "offered at"),
        *("contact start", "initiated", "queued at", "date time", "datetime", "timestamp", "received", "begin"),
        *("来电时间", "來電時間", "呼入时间", "进线时间", "進線時間", "到达时间", "到達時間", "通话开始", "開始時間"),
        *("initiation timestamp", "conversation start", "segment start", "segstart", "call timestamp", "start ts"),
        *(
            "开始时间",
            "来电日期",
            "呼叫时间",
            "呼叫時間",
            "通話日期",
            "来电时刻",
            "通话时刻",
            "anrufzeit",
            "anrufdatum",
            "beginn",
            "datum",
            "date",
            "日期",
        ),
    ),
    "contact_id": (
        *("contact id", "call id", "callid", "interaction id", "conversation id", "session id", "ucid", "record id"),
        *("router call key", "call reference", "contact number", "unique id", "respondent id"),
        *("通话编号", "通話編號", "流水号", "流水號", "会话编号", "来电编号", "呼叫编号", "录音编号", "anruf id", "id"),
    ),
    "queued": ("queued", "entered queue", "进入队列", "排队标志"),
    "wait_seconds": (
        *(
            "wait seconds",
            "wait time",
            "wait",
            "queue time",
            "time in queue",
            "ring time",
            "speed of answer",
            "asa",
            "q time",
            "local q time",
            "queue duration",
            "queue wait",
            "time to answer",
            "answer delay",
            "wait duration",
            "time before answer",
        ),
        *("等待秒數", "等待秒数", "排队秒数", "排隊秒數", "排队时间", "排隊時間", "等候时长", "等候時間"),
        *("等待时长", "等待時長", "等待时间", "等待時間", "排队时长", "排隊時長", "振铃时长", "wartezeit", "waiting"),
    ),
    "answered": (
        "answered",
        "is answered",
        "connected",
        "handled flag",
        "是否接听",
        "是否接聽",
        "接听",
        "接聽",
        "接通",
        "call answered",
        "was answered",
        "answered y n",
    ),
    "abandoned": ("abandoned", "is abandoned", "abandon", "aband", "放弃", "放棄", "是否放弃", "是否放棄", "呼损"),
    "handle_seconds": (
        *(
            "handle seconds",
            "handle time",
            "aht",
            "handling time",
            "service time",
            "call duration",
            "duration",
            "ser time",
        ),
        *("处理时长", "處理時長", "处理时间", "服务时长", "服務時長", "bearbeitungszeit"),
    ),
    "talk_seconds": (
        *("talk seconds", "talk time", "talk", "agent interaction duration", "interaction duration", "talk duration"),
        *("total talk", "通話秒數", "通话秒数", "通话时长", "通話時長", "通话时间", "gespraechszeit"),
    ),
    "hold_seconds": (
        *(
            "hold seconds",
            "hold time",
            "hold",
            "customer hold duration",
            "hold duration",
            "total hold",
            "ans hold time",
        ),
        *("保持时长", "保持時長", "保留秒數", "保持秒数", "等待保持", "haltezeit"),
    ),
    "wrap_seconds": (
        *("wrap seconds", "wrap up", "wrap time", "wrap", "acw", "after call work", "after call"),
        *("acw time", "work time", "after contact work duration", "after contact work", "total acw", "wrap up time"),
        *("話後處理秒數", "话后秒数", "話後秒數", "小结时长", "事後處理"),
        *("话后时长", "話後時長", "话后处理", "話後處理", "事后处理", "整理时长", "nachbearbeitung"),
    ),
    "agent": (
        *(
            "agent id",
            "agent",
            "agent name",
            "operator",
            "representative",
            "rep",
            "advisor",
            "user id",
            "employee",
            "server",
            "agent username",
            "answering login id",
            "ans login",
            "assignee",
            "assigned to",
            "users interacted",
            "user",
        ),
        *("处理人", "處理人", "坐席姓名", "座席姓名", "客服人員", "接线员"),
        *("坐席工号", "坐席", "座席", "客服工号", "客服", "工号", "工號", "员工", "員工", "mitarbeiter"),
    ),
    "customer": (
        *("customer id", "customer", "customer number", "client", "account", "caller", "phone", "ani", "caller id"),
        *("calling party", "calling pty", "customer endpoint address", "customer participant", "remote"),
        *("requester id", "requester", "phone number", "msisdn", "member id", "会员号", "會員編號", "電話號碼"),
        *(
            "客户号",
            "客戶號",
            "客户编号",
            "客戶編號",
            "客户",
            "客戶",
            "主叫",
            "来电号码",
            "來電號碼",
            "手机",
            "kundennummer",
        ),
        *("kunde", "cli"),
    ),
    "reason": (
        *("reason", "call reason", "topic", "category", "wrap code", "issue type", "contact reason", "subject"),
        *("来电原因", "來電原因", "原因", "业务类型", "業務類型", "问题类型", "anliegen"),
    ),
    "channel": ("channel", "media type", "media", "渠道", "媒体", "kanal"),
    "queue": ("queue", "queue name", "队列", "隊列", "队列名称", "隊列名稱", "warteschlange"),
    "skill": ("skill", "skill group", "skill name", "技能", "技能组", "技能組"),
    "transferred": ("transferred", "transfer", "is transfer", "是否转接", "转接", "轉接"),
    "survey_invited": ("survey invited", "survey sent", "invited", "是否邀评", "邀请评价", "邀請評價"),
    "survey_resolved": ("survey resolved", "resolved", "issue resolved", "是否解决", "是否解決", "已解决"),
    "score_csat": (
        "csat",
        "satisfaction",
        "csat score",
        "satisfied",
        "satisfaction rating",
        "满意度评价",
        "满意度",
        "滿意度",
        "满意度评分",
        "zufriedenheit",
    ),
    "score_nps": ("nps", "recommend", "likelihood to recommend", "推荐度", "推薦度", "净推荐值"),
    "score_ces": ("ces", "customer effort", "费力度", "費力度"),
    "escalated": ("escalated", "escalation", "是否升级", "升级", "升級"),
    "complaint": ("complaint", "is complaint", "是否投诉", "投诉", "投訴"),
    "blocked": ("blocked", "busy signal", "阻塞"),
    "sale": ("sale", "sold", "是否成交", "成交"),
    "ticket": (
        *("ticket id", "ticket", "case id", "case number", "incident", "incident number", "work order", "case"),
        *("unique key", "issue key", "request id", "service request number", "ticket number", "issue", "number"),
        *("工单号", "工單號", "工单编号", "工單編號", "工单", "工單", "案件编号"),
    ),
    "opened_at": (
        *("opened at", "opened", "created at", "created", "create time", "created on", "open date", "submitted at"),
        *("created date", "date created", "opened date", "created ts", "requested datetime", "报修时间", "登记时间"),
        *("创建时间", "創建時間", "建单时间", "建單時間", "受理时间", "受理時間", "erstellt"),
    ),
    "closed_at": (
        *("closed at", "closed", "resolved at", "close time", "close date", "closed on", "completed at"),
        *("closed date", "date closed", "solved at", "resolved", "resolved date", "solved", "resolution date"),
        *("closed ts", "closed datetime", "解决时间", "解決時間", "完結時間", "完成時間"),
        *("关闭时间", "關閉時間", "结案时间", "結案時間", "办结时间", "完成时间", "geschlossen"),
    ),
    "reopened": ("reopened", "is reopened", "重开", "重開", "是否重开"),
    "happened_at": (
        *("happened at", "event time", "event at", "changed at", "event timestamp", "updated at", "created at"),
        *("timestamp", "操作时间", "操作時間", "发生时间", "處理時間"),
    ),
    "event": (
        *("event", "event type", "action", "activity", "to status", "new status", "status to", "new value", "to"),
        *("事件", "操作类型", "操作類型", "动作", "動作"),
    ),
    "node": ("node", "step", "stage", "队列节点", "环节", "環節", "节点"),
    "due_at": ("due at", "due", "deadline", "截止时间", "截止時間"),
    "answered_at": (
        *("answered at", "responded at", "response date", "response time", "submitted", "survey date"),
        *("recorded date", "date submitted", "completed date", "end date", "date created"),
        *("评价时间", "評價時間", "答复时间", "回复时间", "填写时间"),
    ),
    "answer_id": ("answer id", "response id", "respondent id", "评价编号", "答卷编号", "評價編號"),
    "survey": ("survey", "survey name", "问卷", "問卷"),
    "question": ("question", "question type", "metric", "题目", "問題", "问题"),
    "score": ("score", "rating", "answer", "得分", "评分", "評分"),
    "scale": ("scale", "量表"),
    "mode": ("mode", "survey mode", "评价方式"),
    "from_at": ("from at", "from", "state start", "start", "start time", "shift start", "开始时间", "開始時間", "开始"),
    "to_at": ("to at", "to", "until", "state end", "end", "end time", "shift end", "结束时间", "結束時間", "结束"),
    "state": ("state", "agent state", "aux", "aux code", "activity", "status", "状态", "狀態"),
    "planned": ("planned", "scheduled activity", "计划状态", "計劃狀態"),
    "paid": ("paid", "带薪", "帶薪"),
    "starts_at": ("starts at", "interval start", "interval", "period start", "half hour", "时段", "時段", "时间段"),
    "forecast": ("forecast", "forecasted", "predicted", "预测", "預測", "预测话务量"),
    "actual": ("actual", "offered", "actual volume", "volume", "实际", "實際", "实际话务量"),
    "answered_in_time": ("answered in time", "within sl", "answered in sl", "达标接听"),
    "service_level_percent": ("service level", "sl", "service level percent", "服务水平", "服務水平"),
    "rated_at": ("rated at", "evaluated at", "evaluation date", "质检时间", "質檢時間"),
    "form": ("form", "evaluation id", "form id", "质检单号", "质检编号"),
    "item": ("item", "criterion", "质检项", "評分項"),
    "points": ("points", "points earned", "实得分", "質檢得分", "质检得分"),
    "points_possible": ("points possible", "max points", "满分", "滿分"),
    "fatal": ("fatal", "critical error", "致命错误", "致命錯誤"),
    "rater": ("rater", "evaluator", "质检员", "質檢員"),
    "contact": ("contact", "evaluated call", "质检录音"),
    "hired_at": ("hired at", "hire date", "hired", "start date", "入职日期", "入職日期", "入职时间"),
    "left_at": ("left at", "leave date", "termination date", "left", "离职日期", "離職日期", "离开时间"),
    "person": ("person", "employee id", "staff id", "员工编号", "員工編號"),
    "competent_at": ("competent at", "competent", "certified at", "上岗日期", "胜任日期"),
    "internal": ("internal", "internal move", "内部调动"),
    "article": ("article", "article id", "kb id", "知识编号", "知識編號"),
    "review_due_at": ("review due at", "review due", "next review", "复审日期", "複審日期"),
    "uses": ("uses", "views", "使用次数", "点击量"),
    "correct": ("correct", "accurate", "是否正确"),
    "probed_at": ("probed at", "checked at", "probe time", "探测时间"),
    "ok": ("ok", "up", "success", "是否可用"),
    "load_seconds": ("load seconds", "load time", "response ms", "latency", "加载时长"),
    "service": ("service", "site", "服务名称"),
    "started_at": ("started at", "task start", "session start", "会话开始"),
    "ended_at": ("ended at", "session end", "会话结束"),
    "task": ("task", "task id", "任务编号"),
    "completed": ("completed", "is completed", "success", "是否完成"),
    "session": ("session", "session id", "bot session", "会话编号", "會話編號"),
    "ended": ("ended", "outcome", "ended how", "结束方式", "結束方式"),
    "affected_at": ("affected at", "incident date", "影响日期"),
    "told_at": ("told at", "notified at", "通知时间"),
    "asked_at": ("asked at", "咨询时间"),
    "cost": ("cost", "costs", "成本", "费用"),
    "revenue": ("revenue", "income", "收入"),
    "contact_count": ("contact count", "contacts", "number of contacts", "联系次数"),
    "currency": ("currency", "币种", "幣種"),
    "finished_at": ("finished at", "end of project", "项目结束"),
    "project": ("project", "project id", "项目编号"),
    "benefit": ("benefit", "savings", "收益"),
}
# Headers of a column that says how a contact ended, and what its cells say.
OUTCOMES = (
    *("outcome", "disposition", "result", "call result", "status", "call status", "结果", "結果", "通话结果", "状态"),
    *("call disposition", "disposition code", "contact disposition", "狀態", "接聽狀態", "通話結果"),
    *("呼叫结果", "来电结果", "ergebnis", "接听状态"),
)
ANSWERED = (
    *("answered", "answer", "handled", "connected", "completed", "agent", "ok", "success", "served", "resolved"),
    *("接听", "接聽", "已接", "接通", "应答", "應答", "人工接听", "angenommen", "beantwortet"),
)
ABANDONED = (
    *("abandoned", "abandon", "hang", "hangup", "hung up", "missed", "no answer", "unanswered", "lost", "aband"),
    *("not answered", "放弃", "放棄", "挂断", "掛斷", "未接", "呼损", "呼損", "verpasst", "aufgelegt", "abgebrochen"),
)
# What turns an answer into none.
NOT = ("not", "no", "never", "un", "未", "没", "沒", "无", "無")
# Columns of two waits, and of moments that tell the same.
WAITS_OF_ANSWERED = ("time to answer", "wait until answer", "answer time", "speed of answer", "answer delay")
WAITS_OF_ABANDONED = ("time to abandon", "abandon time", "wait until abandon", "abandon delay", "abandon wait")
ANSWERED_MOMENTS = (
    *("answered at", "connected to agent timestamp", "connected at", "answer timestamp", "answered time"),
    *("agent connected", "pickup time", "picked up at", "接通时间", "应答时间", "接聽時間", "接听时间"),
    *("answer time", "answered on", "answer ts", "connect time", "connected time", "accepted at", "accept time"),
    *("call answered", "answered datetime", "應答時間", "接通時間", "接起时间", "接起時間", "接通时刻", "angenommen"),
)
ENDED_MOMENTS = (
    *("ended at", "disconnect timestamp", "end time", "abandoned at", "hangup time", "call end", "disconnected at"),
    *("dequeue timestamp", "end timestamp", "结束时间", "挂断时间", "結束時間", "掛斷時間"),
    *("hung up at", "hung up", "hangup", "hang up time", "finished at", "finish time", "released at", "release time"),
    *("terminated at", "stop time", "call ended", "disconnect time", "end ts", "end datetime", "ended", "ende"),
    *("挂机时间", "掛機時間", "通话结束", "通話結束", "离开时间", "離開時間"),
)
YES = ("true", "yes", "y", "t", "1", "是", "有", "ja", "oui", "x")
NO = ("false", "no", "n", "f", "0", "否", "无", "無", "nein", "non")
READ_AS_FLAGS = ("true", "yes", "y", "t", "1", "false", "no", "n", "f", "0")  # without further words in the mapping
UNKNOWN = (
    *("-", "--", "n/a", "na", "null", "none", "nan", "unknown", "anonymous", "private", "withheld", "#n/a", "\\n"),
    *("匿名", "未知", "无", "無", "空", "no_server"),
)
TESTS = ("test", "tests", "testing", "internal", "demo", "phantom", "dummy", "训练", "测试", "測試", "内部", "內部")
TOTALS = ("total", "totals", "sum", "grand total", "summe", "合计", "合計", "总计", "總計", "小计", "小計")
# What codes of our own are called elsewhere.
CODE_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "question": {
        "csat": ("csat", "satisfaction", "满意度", "滿意度"),
        "nps": ("nps", "recommend", "推荐度", "推薦度"),
        "ces": ("ces", "customer effort", "费力度"),
        "resolved": ("resolved", "fcr", "是否解决", "是否解決"),
        "good_bad": ("good bad", "thumbs"),
    },
    "event": {
        "opened": ("opened", "created", "create", "open", "new", "submitted", "创建", "創建", "建单", "建單", "受理"),
        "closed": (
            "closed",
            "close",
            "resolved",
            "solved",
            "done",
            "completed",
            "关闭",
            "關閉",
            "结案",
            "結案",
            "办结",
        ),
        "reopened": ("reopened", "reopen", "重开", "重開", "重新打开"),
        "paused": ("paused", "pending", "on hold", "waiting", "awaiting customer", "挂起", "掛起", "暂停", "暫停"),
        "resumed": ("resumed", "in progress", "恢复", "恢復"),
        "escalated": ("escalated", "升级", "升級"),
        "note": (
            *("note", "comment", "commented", "assigned", "reassigned", "updated", "assigned to agent", "replied"),
            *("备注", "備註", "派单", "派單", "指派", "回复", "回覆"),
        ),
    },
    "state": {
        "handling": (
            *("handling", "talking", "on call", "busy", "interacting", "hold", "after call work", "acw", "wrap"),
            *("wrap up", "通话", "通話", "话后", "話後", "通话中", "整理"),
        ),
        "available": ("available", "ready", "idle", "waiting", "空闲", "空閒", "就绪"),
        "break": ("break", "lunch", "meal", "rest", "小休", "午餐", "休息"),
        "training": ("training", "培训", "培訓"),
        "meeting": ("meeting", "会议", "會議"),
        "leave": ("leave", "vacation", "holiday", "休假"),
        "absent": ("absent", "sick", "缺勤", "病假"),
        "other": ("other", "not ready", "aux", "其他"),
        "off": ("off", "logged out", "offline", "离线", "離線"),
        "work": ("work", "shift", "on queue", "班次", "上班"),
    },
    "ended": {
        "resolved": ("resolved", "contained", "completed", "解决", "解決"),
        "handed_over": ("handed over", "transferred", "agent", "escalated", "转人工", "轉人工"),
        "abandoned": ("abandoned", "left", "dropped", "放弃", "放棄"),
    },
    "currency": {
        "CNY": ("cny", "rmb", "人民币"),
        "HKD": ("hkd",),
        "TWD": ("twd", "ntd"),
        "USD": ("usd", "$"),
        "EUR": ("eur", "€"),
        "GBP": ("gbp", "£"),
    },
    "scale": {},
    "planned": {},
}
CODE_WORDS["planned"] = CODE_WORDS["state"]
# Words of a scale from 1 to 5.
SCORES_IN_WORDS = {
    **dict.fromkeys(("very dissatisfied", "very unsatisfied", "非常不满意", "很不满意", "非常不滿意", "很不滿意"), "1"),
    **dict.fromkeys(("dissatisfied", "unsatisfied", "不满意", "不滿意"), "2"),
    **dict.fromkeys(("neutral", "neither satisfied nor dissatisfied", "ok", "一般", "普通", "尚可"), "3"),
    **dict.fromkeys(("satisfied", "满意", "滿意"), "4"),
    **dict.fromkeys(("very satisfied", "非常满意", "很满意", "非常滿意", "很滿意"), "5"),
}
# Units in a header.
UNITS_IN_WORDS: dict[str, tuple[str, ...]] = {
    "milliseconds": ("ms", "msec", "millis", "milliseconds", "毫秒"),
    "minutes": ("min", "mins", "minutes", "分钟", "分鐘"),
    "hours": ("hours", "hrs", "小时", "小時"),
    "seconds": ("s", "sec", "secs", "seconds", "秒"),
}
# Frequent characters: text that was decoded wrongly shows rare ones.
FREQUENT = set(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种"
    "事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第"
    "公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回"
    "電話客戶滿意度來時間號編處長員隊結開關單備註渠轉棄聽線語音坐席座工号编号客户等待时长放弃满意接听电话语音渠道来电投诉"
    "查询詢账單帳账单繳費缴费网络網絡故障技術技术咨询諮詢办理辦理退款维修維修"
)
