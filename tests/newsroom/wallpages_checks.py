# ruff: noqa: E501 - the markup stands as it is sent
"""Made-up pages of bot checks and geographical refusals, after what the products send."""

from newsroom.wallshells import WallPage, announced, blob, site

_CF = {"server": "cloudflare", "cf-ray": "8f1b2c3d4e5f6a7b-FRA"}


def _check(name, body, *, status=403, kind="bot_check", held=False, headers=None, **more):
    headers = {"content-type": "text/html; charset=UTF-8", **(headers or {})}
    return WallPage(
        name=name, kind=kind, body=body.encode(), status=status, headers=headers, held=held, **more
    )


def _cloudflare_challenge(title, noscript):
    return (
        f'<!DOCTYPE html><html lang="en-US"><head><title>{title}</title><meta http-equiv="Content-Type" content="text/html; '
        'charset=UTF-8"><meta http-equiv="X-UA-Compatible" content="IE=Edge"><meta name="robots" content="noindex,nofollow">'
        "<style>*{box-sizing:border-box;margin:0;padding:0}html{line-height:1.15;color:#313131}</style>"
        '<meta http-equiv="refresh" content="360"></head><body><div class="main-wrapper" role="main"><div class="main-content">'
        f'<noscript><div class="h2"><span id="challenge-error-text">{noscript}</span></div></noscript></div></div>'
        "<script>(function(){window._cf_chl_opt = {cvId: '3',cZone: 'news.example',cType: 'managed',cRay: '8f1b2c',cH: '"
        + blob(900, 2) + "',cUPMDTk:\"/world/x?__cf_chl_tk=" + blob(80, 3) + "\",cFPWv: 'b'};var a=document.createElement('script');"
        "a.src='/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1?ray=8f1b2c';"
        + blob(3000, 4) + "}());</script></body></html>"
    )  # fmt: skip


def _cloudflare_error(title, heading, code, cause):
    return f"""<!DOCTYPE html>
<!--[if lt IE 7]> <html class="no-js ie6 oldie" lang="en-US"> <![endif]-->
<!--[if gt IE 8]><!--> <html class="no-js" lang="en-US"> <!--<![endif]-->
<head><title>{title}</title><meta charset="UTF-8" /><meta name="robots" content="noindex, nofollow" />
<link rel="stylesheet" id="cf_styles-css" href="/cdn-cgi/styles/cf.errors.css" /></head>
<body><div id="cf-wrapper"><div id="cf-error-details" class="cf-error-details-wrapper">
<div class="cf-wrapper cf-header cf-error-overview"><h1 data-translate="block_headline">{heading}</h1>
<h2 class="cf-subheadline">{code}</h2></div>
<section class="cf-highlight"><div class="cf-columns two"><div class="cf-column">
<h2 data-translate="blocked_why_headline">What happened?</h2><p>{cause}</p></div></div></section>
<div class="cf-error-footer cf-wrapper"><p class="text-13"><span class="cf-footer-item">Cloudflare Ray ID:
<strong>8f1b2c3d4e5f6a7b</strong></span><span>Performance &amp; security by</span> <a href="https://www.cloudflare.com/5xx-error-landing">
Cloudflare</a></p></div></div></div></body></html>"""


_BLOCKED = (
    "This website is using a security service to protect itself from online attacks. The action you just performed "
    "triggered the security solution. There are several actions that could trigger this block."
)
_OLD_CLOUDFLARE = """<!DOCTYPE HTML><html lang="en-US"><head><meta charset="UTF-8" /><meta name="robots" content="noindex, nofollow" />
<title>Just a moment...</title></head><body><table width="100%"><tr><td align="center">
<div class="cf-browser-verification cf-im-under-attack"><noscript><h1 data-translate="turn_on_js">Please turn JavaScript on and reload
the page.</h1></noscript><div id="cf-content"><h1><span data-translate="checking_browser">Checking your browser before accessing</span>
news.example.</h1><p data-translate="process_is_automatic">This process is automatic. Your browser will redirect to your requested
content shortly.</p></div><form id="challenge-form" action="/?__cf_chl_jschl_tk__=x" method="POST"><input type="hidden" name="jschl_vc">
</form></div><div class="attribution"><a href="https://www.cloudflare.com/5xx-error-landing/">DDoS protection by Cloudflare</a></div>
</td></tr></table></body></html>"""
_AKAMAI = """<HTML><HEAD>
<TITLE>Access Denied</TITLE>
</HEAD><BODY>
<H1>Access Denied</H1>

You don't have permission to access "http&#58;&#47;&#47;news&#46;example&#47;world&#47;grain" on this server.<P>
Reference&#32;&#35;18&#46;9d6b1102&#46;1722930000&#46;2f1a9c33
<P>https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;18&#46;9d6b1102&#46;1722930000&#46;2f1a9c33</P>
</BODY>
</HTML>
"""


def _datadome(title, words, how):
    return (
        f'<html lang="en"><head><title>{title}</title><style>#cmsg{{animation: A 1.5s;}}@keyframes A{{0%{{opacity:0;}}'
        f'99%{{opacity:0;}}100%{{opacity:1;}}}}</style></head><body style="margin:0"><p id="cmsg">{words}</p>'
        f"<script data-cfasync=\"false\">var dd={{'rt':'{how}','cid':'{blob(60, 5)}','hsh':'{blob(30, 6)}','t':'bv','s':17434,"
        "'e':'" + blob(64, 7) + "','host':'geo.captcha-delivery.com','cookie':'" + blob(90, 8) + "'}</script>"
        '<script data-cfasync="false" src="https://ct.captcha-delivery.com/'
        + how
        + '.js"></script></body></html>\n'
    )


_PERIMETERX = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>Access to this page has been denied.</title><link href="https://fonts.googleapis.com/css?family=Open+Sans:300" rel="stylesheet">
<style>html, body {{ margin: 0; padding: 0; font-family: 'Open Sans', sans-serif; }}</style></head><body>
<section class="container"><div class="customer-logo-wrapper"><img src="logo" alt="Logo"/></div>
<div class="page-title-wrapper"><h1>Please verify you are a human</h1></div>
<div class="content-wrapper"><div id="px-captcha"></div><p>Access to this page has been denied because we believe you are using
automation tools to browse the website.</p><p>This may happen as a result of the following:</p><ul><li>Javascript is disabled or blocked
by an extension (ad blockers for example)</li><li>Your browser does not support cookies</li></ul>
<p>Reference ID: #{blob(36, 9)}</p></div></section>
<script>window._pxAppId = 'PXabc123';window._pxJsClientSrc = '/abc123/init.js';window._pxHostUrl='/abc123/xhr';</script>
<script>{blob(4000, 10)}</script></body></html>"""
_BLOOMBERG = f"""<!doctype html><html lang="en"><head><title>Bloomberg - Are you a robot?</title>
<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><style>{blob(2500, 11)}</style>
<script>window._pxUuid = "x"; window._pxVid = '';</script></head><body><section class="main"><h1 class="logo">Example Business</h1>
<section class="box"><h2 class="main__heading">We've detected unusual activity from your computer network</h2>
<p class="continue">To continue, please click the box below to let us know you're not a robot.</p><div id="px-captcha"></div></section>
<section class="info"><h3>Why did this happen?</h3><p>Please make sure your browser supports JavaScript and cookies and that you are not
blocking them from loading.</p><h3>Need Help?</h3><p>For inquiries related to this message please contact our support team and provide
the reference ID below.</p><p>Block reference ID: {blob(36, 12)}</p></section></section></body></html>"""
_INCAPSULA = f"""<html style="height:100%"><head><META NAME="ROBOTS" CONTENT="NOINDEX, NOFOLLOW"><meta name="format-detection"
content="telephone=no"><meta name="viewport" content="initial-scale=1.0"><meta http-equiv="X-UA-Compatible" content="IE=edge,chrome=1">
<script type="text/javascript" src="/_Incapsula_Resource?SWJIYLWA=719d34d31c8e3a6e6fffd425f7e032f3"></script></head>
<body style="margin:0px;height:100%"><iframe id="main-iframe" src="/_Incapsula_Resource?SWUDNSAI=31&xinfo=9-{blob(40, 13)}&incident_id=
1234000150012345678-45678901234567890&edet=12&cinfo=04000000&rpinfo=0" frameborder=0 width="100%" height="100%" marginheight="0px"
marginwidth="0px">Request unsuccessful. Incapsula incident ID: 1234000150012345678-45678901234567890</iframe></body></html>"""
_DISTIL = f"""<!DOCTYPE html><html><head><noscript><title>Pardon Our Interruption</title></noscript><meta name="viewport" content="width=1000">
<meta name="robots" content="noindex, nofollow"><title>Pardon Our Interruption</title><script>{blob(5000, 14)}</script></head><body>
<div class="container"><h1>Pardon Our Interruption...</h1><p>As you were browsing something about your browser made us think you were a
bot. There are a few reasons this might happen:</p><ul><li>You're a power user moving through this website with super-human speed.</li>
<li>You've disabled cookies in your web browser.</li><li>A third-party browser plugin, such as Ghostery or NoScript, is preventing
JavaScript from running.</li></ul><p>To regain access, please make sure that cookies and JavaScript are enabled before reloading the
page.</p></div></body></html>"""
_AWS_CHALLENGE = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title></title><style>body {{ font-family: "Arial"; }}</style><script type="text/javascript">
window.awsWafCookieDomainList = ['news.example'];
window.gokuProps = {{"key":"{blob(250, 15)}","iv":"CgAHxiFqnAAAAAFQ","context":"{blob(300, 16)}"}};</script>
<script src="https://9b7d.eu-central-1.token.awswaf.com/9b7d/abc/challenge.js"></script></head><body><div id="challenge-container"></div>
<script type="text/javascript">AwsWafIntegration.saveReferrer();AwsWafIntegration.checkForceRefresh().then((f) => {{}});</script>
<noscript><h1>JavaScript is disabled</h1>In order to continue, we need to verify that you're not a robot. This requires JavaScript.
Enable JavaScript and then reload the page.</noscript></body></html>"""
_AWS_CAPTCHA = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Human Verification</title>
<style>body {{ font-family: "Arial"; }}</style><script>window.gokuProps={{"key":"{blob(200, 17)}"}};</script>
<script src="https://9b7d.eu-west-1.captcha-sdk.awswaf.com/9b7d/captcha.js"></script></head><body>
<div id="captcha-container"></div><noscript><h1>JavaScript is disabled</h1>In order to continue, we need to verify that you're not a
robot.</noscript></body></html>"""


def _cloudfront(cause):
    return f"""<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">
<HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=iso-8859-1">
<TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY><H1>403 ERROR</H1><H2>The request could not be satisfied.</H2>
<HR noshade size="1px">{cause}
We can't connect to the server for this app or website at this time. There might be too much traffic or a configuration error.
<BR clear="all"><HR noshade size="1px"><PRE>Generated by cloudfront (CloudFront)
Request ID: {blob(56, 18)}==</PRE><ADDRESS></ADDRESS></BODY></HTML>"""


_KASADA = f"""<html><head></head><body><script>window.KPSDK={{}};KPSDK.now=typeof performance!=='undefined'&&performance.now?
performance.now.bind(performance):Date.now.bind(Date);KPSDK.start=KPSDK.now();</script>
<script src="/149e9513-01fa-4fb0-aad4-566afd725d1b/2d206a39-8ed7-437e-a3be-862e0f06eea3/ips.js?{blob(300, 19)}"></script></body></html>"""
_F5 = (
    "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please consult with your "
    "administrator.<br><br>Your support ID is: 11927364501928374650<br><br><a href='javascript:history.back();'>[Go Back]</a></body></html>"
)
_TSPD = f"""<!DOCTYPE html>
<html><head><meta http-equiv="Pragma" content="no-cache"/><meta http-equiv="Expires" content="-1"/>
<meta http-equiv="CacheControl" content="no-cache"/><meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>
<link rel="shortcut icon" href="data:;base64,iVBORw0KGgo="/><script type="text/javascript">(function(){{window["bobcmn"] =
"{blob(6000, 20)}";}})();</script><script type="text/javascript" src="/TSPD/08d1a5a2beab2000{blob(60, 21)}?type=9"></script>
<noscript>Please enable JavaScript to view the page content.<br/>Your support ID is: 1192736450192837465.<br/></noscript>
</head><body></body></html>"""
_SUCURI = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Sucuri WebSite Firewall - Access Denied</title>
<style>{blob(1500, 22)}</style></head><body><div id="main-container"><header class="app-header clearfix"><div class="wrap">
<a href="https://www.sucuri.net/?utm_source=firewall_block" class="logo"></a><span class="logo-neartext">Website Firewall</span></div>
</header><section class="app-content access-denied clearfix"><div class="box center width-max-940"><h1 class="brand-font font-size-xtra
no-margin"><i class="icon-circle-red"></i>Access Denied - Sucuri Website Firewall</h1><p class="medium-text code-snippet">If you are the
site owner (or you manage this site), please whitelist your IP or if you think this block is an error please open a support ticket and
make sure to include the block details.</p><h2>Block details:</h2><table class="property-table"><tr><td>Your IP:</td><td>192.0.2.1</td>
</tr><tr><td>Block ID:</td><td>BNP005</td></tr><tr><td>Block reason:</td><td>Bad bot access attempt.</td></tr></table></div></section>
</div></body></html>"""
_SUCURI_JS = (
    "<html><title>You are being redirected...</title>\n<noscript>Javascript is required. Please enable javascript before you "
    "are allowed to see this page.</noscript>\n<script>var s={},u,c,U,r,i,l=0,a,e=eval,w=String.fromCharCode,sucuri_cloudproxy_js='',S='"
    + blob(900, 23) + "';L=S.length;</script></html>"
)  # fmt: skip
_DDOS_GUARD = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>DDoS-Guard</title><meta name="robots" content="noindex">
<style>{blob(2000, 24)}</style><script src="/.well-known/ddos-guard/js-challenge/index.js"></script></head><body data-ddg-origin="true"
data-ddg-l10n="true"><h1 id="title">Проверка браузера перед переходом на news.example</h1><div id="description"><p>Пожалуйста,
подождите несколько секунд.</p></div><noscript><h2>Включите JavaScript и перезагрузите страницу</h2></noscript>
<div id="footer">Защита от DDoS-атак: <a href="https://ddos-guard.net">DDoS-Guard</a></div></body></html>"""
_QRATOR = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="robots" content="noindex"><title>Загрузка...</title>
<script>{blob(900, 25)}</script></head><body><noscript>Для просмотра сайта включите JavaScript</noscript>
<script src="/__qrator/qauth_utm_v2_118.js"></script></body></html>"""
_SERVICEPIPE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title></title></head><body><noscript><p>Пожалуйста, включите JavaScript</p></noscript><div id="id_spinner" class="container"></div>
<div id="id_captcha_frame_div" style="display:none;height:100vh;"></div>
<script src="https://servicepipe.ru/static/jsrsasign-all-min.js"></script><script>function get_cookie_spsn(){{{blob(3000, 26)}}}</script>
<script src="https://servicepipe.ru/static/checkjs/{blob(30, 27)}.js"></script></body></html>"""
_ANUBIS = f"""<!doctype html><html lang="en"><head><title>Making sure you&#39;re not a bot!</title>
<link rel="stylesheet" href="/.within.website/x/xess/xess.css?cachebuster=v1.19.1"><meta name="robots" content="noindex,nofollow">
<script id="anubis_version" type="application/json">"v1.19.1"</script><script id="anubis_challenge" type="application/json">
{{"rules":{{"algorithm":"fast","difficulty":4}},"challenge":"{blob(64, 28)}"}}</script></head><body id="top"><main>
<h1 id="title" class="centered-div">Making sure you&#39;re not a bot!</h1><div class="centered-div"><img id="image"
src="/.within.website/x/cmd/anubis/static/img/pensive.webp"><p id="status">Loading...</p><details><summary>Why am I seeing this?</summary>
<p>You are seeing this because the administrator of this website has set up <a href="https://github.com/TecharoHQ/anubis">Anubis</a> to
protect the server against the scourge of <a href="https://thelibre.news/foss">AI companies aggressively scraping websites</a>. This can
and does cause downtime for the websites, which makes their resources inaccessible for everyone.</p></details></div></main></body></html>"""
_VARITI = f"""<!DOCTYPE html><html lang="ru"><head><meta charset="utf-8"><title>Проверка браузера</title><style>{blob(600, 29)}</style>
</head><body><div class="wrap"><h1>Проверяем ваш браузер</h1><p>Это займёт несколько секунд. После проверки вы будете перенаправлены на
запрашиваемую страницу.</p></div><script>var ipp_key="v1a{blob(200, 30)}";document.cookie="ipp_sign="+ipp_key;</script></body></html>"""
_STORMWALL = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"><title>StormWall DDoS Protection</title>
<script src="https://static.stormwall.pro/sw.js"></script><script>function get_jhash(b){{{blob(700, 31)}}};
document.cookie="swp_token="+get_jhash(12345);</script></head><body><h2>Проверка вашего браузера</h2><p>Подождите, идёт проверка…</p></body>
</html>"""
_WORDFENCE = """<!DOCTYPE html><html lang="en-US"><head><title>Your access to this site has been limited by the site owner</title>
<style>body{background:#f4f4f4}</style></head><body><div class="container"><h1>Your access to this site has been limited by the site
owner</h1><p>Your access to this service has been limited. (HTTP response code 503)</p><p>If you think you have been blocked in error,
contact the owner of this site for assistance.</p><h3>Block Technical Data</h3><table><tr><th>Block Reason:</th><td>Exceeded the maximum
global requests per minute for crawlers or humans.</td></tr></table><h4>About Wordfence</h4><p>Wordfence is a security plugin installed
on over 5 million WordPress sites.</p><p><em>Generated by Wordfence at Tue, 6 Aug 2024 10:00:00 GMT.</em></p></div></body></html>"""
_FASTLY = f"""<!DOCTYPE html><html lang="en"><head><title>Client Challenge</title><meta charset="utf-8"><style>{blob(2500, 32)}</style>
</head><body><noscript><div class="message">JavaScript is disabled in your browser. Please enable JavaScript to proceed.</div></noscript>
<div class="message" id="loading-error" style="display:none">A required part of this site couldn’t load. This may be due to a browser
extension, network issues, or browser settings.</div><script src="/_fs-ch-1T1wmsGaOgGaSxcX/script.js"></script></body></html>"""
_VERCEL = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Vercel Security Checkpoint</title><style>{blob(1500, 33)}
</style></head><body><div id="root"><p id="header-text">We're verifying your browser</p><a href="https://vercel.link/security-checkpoint">
Website owner? Click here to fix</a><noscript>Enable JavaScript to continue</noscript><footer>Vercel Security Checkpoint | fra1::17229
</footer></div><script>{blob(7000, 34)}</script></body></html>"""
_GOOGLE = f"""<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"><meta name="viewport" content="initial-scale=1">
<title>https://www.google.com/search?q=x</title></head><body style="font-family: arial, sans-serif"><div style="max-width:400px;">
<hr noshade><form id="captcha-form" action="index" method="post"><script src="https://www.google.com/recaptcha/enterprise.js"></script>
<div id="recaptcha" class="g-recaptcha" data-sitekey="{blob(40, 35)}"></div></form><hr noshade><div style="font-size:13px;"><b>About this
page</b><br><br>Our systems have detected unusual traffic from your computer network. This page checks to see if it's really you sending
the requests, and not a robot. <a href="#">Why did this happen?</a></div></div></body></html>"""
_HCAPTCHA = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>news.example</title>
<script src="https://js.hcaptcha.com/1/api.js" async defer></script><style>{blob(800, 36)}</style></head><body><div class="box">
<h1>One more step</h1><p>Please complete the security check to access news.example</p><form method="post"><div class="h-captcha"
data-sitekey="{blob(36, 37)}"></div><button>Submit</button></form></div></body></html>"""
_RECAPTCHA_ES = f"""<!doctype html><html lang="es"><head><meta charset="utf-8"><title>Verificación de seguridad</title>
<script src="https://www.google.com/recaptcha/api.js"></script><style>{blob(1200, 38)}</style></head><body><h1>Verifica que no eres un
robot</h1><p>Hemos detectado un tráfico inusual desde tu red. Para continuar, completa la verificación.</p><form action="/verify"
method="post"><div class="g-recaptcha" data-sitekey="{blob(40, 39)}"></div><input type="submit" value="Continuar"></form></body></html>"""
_UKRAINIAN = f"""<!DOCTYPE html><html lang="uk"><head><meta charset="UTF-8"><title>Перевірка браузера | Новини</title>
<style>{blob(900, 40)}</style></head><body><div class="loader"></div><h1>Перевіряємо ваш браузер</h1><p>Зачекайте кілька секунд, це
потрібно для захисту сайту від ботів. Увімкніть JavaScript та файли cookie.</p><script>{blob(1500, 41)}</script></body></html>"""
_RUSSIAN = f"""<!DOCTYPE html><html lang="ru"><head><meta charset="windows-1251"><title>Подождите, идёт проверка</title></head><body>
<h2>Подтвердите, что вы не робот</h2><p>С вашего IP-адреса поступает необычно много запросов. Чтобы продолжить, нажмите кнопку.</p>
<form method="post"><button name="ok">Я не робот</button></form><script>{blob(400, 42)}</script></body></html>"""
_SLOW_AES = f"""<html><body><script type="text/javascript" src="/aes.js" ></script><script>function toNumbers(d){{var e=[];
d.replace(/(..)/g,function(d){{e.push(parseInt(d,16))}});return e}}var a=toNumbers("{"f655ba9d09a112d4968c63579db590b4"}"),
c=toNumbers("98344c2eee86c3994890592585b49f80");document.cookie="__test="+toHex(slowAES.decrypt(c,2,a,b))+"; path=/";
location.href="http://news.example/world/?i=1";</script><noscript>This site requires Javascript to work, please enable Javascript in your
browser or use a browser with Javascript support</noscript></body></html>"""
_YANDEX = f"""<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>Вы не робот?</title><style>{blob(3000, 43)}</style>
<script src="https://captcha-backgrounds.s3.yandex.net/static/captcha.js"></script></head><body><div id="root"><form method="POST"
action="/checkcaptcha?key={blob(80, 44)}" id="checkbox-captcha-form"><h1 class="Text">Подтвердите, что запросы отправляли вы, а не
робот</h1><span>Нам очень жаль, но запросы с вашего устройства похожи на автоматические.</span><div class="CheckboxCaptcha-Anchor">
<span>SmartCaptcha by Yandex Cloud</span></div></form></div></body></html>"""
_IMUNIFY = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="robots" content="noindex, nofollow"><title>One moment, please...
</title><style>{blob(700, 45)}</style></head><body><h1>Please wait while your request is being verified...</h1><form id="wsidchk-form"
style="display:none;" action="/z0f76a1d14fd21a8fb5fd0d03e0fdc3d3cedae52f" method="GET"><input type="hidden" id="wsidchk" name="wsidchk"/>
</form><script>(function(){{{blob(900, 46)}}})();</script></body></html>"""
_SITEGROUND = (
    '<html><head><link rel="icon" href="data:;"><meta http-equiv="refresh" content="0;/.well-known/sgcaptcha/?r=%2Fworld%2Fgrain'
    '&y=ipc:192.0.2.1:1722930000.1"></meta></head></html>'
)
_RADWARE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>Radware Captcha Page</title><script>{blob(2000, 47)}</script></head>
<body><div class="captcha-mid"><h1>We apologize for the inconvenience...</h1><p>...but your activity and behavior on this site made us
think that you are a bot.</p><p>Note: A number of things could be going on here.</p><div class="captcha-actions">Please solve this CAPTCHA
in helping us understand your behavior to grant access</div><form><div class="h-captcha"></div></form></div>
<script src="https://cas.avalon.perfdrive.com/captcha.js"></script></body></html>"""
_AKAMAI_CPT = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>&nbsp;</title><meta http-equiv="refresh"
content="5; URL='/world/grain?bm-verify={blob(300, 48)}'" /></head><body><noscript>Please enable JavaScript.</noscript><script>var i =
1722930000; var j = i + Number("1722" + "93000"); var xhr = new XMLHttpRequest();xhr.open("POST", "/_sec/verify?provider=interstitial",
false);xhr.send(JSON.stringify({{"bm-verify": "{blob(300, 49)}", "pow": j}}));triggerInterstitialChallenge();</script></body></html>"""
_AKAMAI_BEHAVIOUR = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Challenge Validation</title>
<link rel="stylesheet" href="/_sec/cp_challenge/sec-4-4.css"><script src="/_sec/cp_challenge/sec-cpt-4-4.js" async defer></script></head>
<body><div id="sec-if-cpt-container" class="behavioral-content"><p>Powered and protected by</p><img src="/akamai-logo.svg" alt="Akamai">
</div><script>{blob(400, 50)}</script></body></html>"""
_FRONT_DOOR = """<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Transitional//EN'><html xmlns='http://www.w3.org/1999/xhtml'><head>
<meta content='text/html; charset=utf-8' http-equiv='content-type'/><style type='text/css'>body {font-family:Arial;}</style></head><body>
<div id='content'><div id='message'><h2>The request is blocked.</h2></div><div id='errorref'><span>20240806T100000Z-15c77d89844wl5mx0
</span></div></div></body></html>"""
_VK_CHECK = f"""<!DOCTYPE html><html lang="tr"><head><meta charset="utf-8"><title>Güvenlik Doğrulaması</title><script
src="https://challenges.cloudflare.com/turnstile/v0/api.js" async defer></script><style>{blob(900, 51)}</style></head><body><h1>Robot
olmadığınızı doğrulayın</h1><p>Devam etmek için lütfen aşağıdaki kutuyu işaretleyin.</p><form><div class="cf-turnstile"></div></form>
</body></html>"""
_EEA = """<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8"><title>451: Unavailable due to legal reasons</title></head><body>
<div class="container"><h1>451: Unavailable due to legal reasons</h1><p>We recognize you are attempting to access this website from a country
belonging to the European Economic Area (EEA) including the EU which enforces the <a href="https://gdpr-info.eu">General Data Protection
Regulation (GDPR)</a> and therefore access cannot be granted at this time. For any issues, contact news@example.com or call 555-0100.</p>
</div></body></html>"""
_TRIBUNE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Example Tribune: Unavailable in your region</title><style>
{blob(900, 52)}</style></head><body><img src="logo.png" alt=""><p>Unfortunately, our website is currently unavailable in most European
countries. We are engaged on the issue and committed to looking at options that support our full range of digital offerings to the EU
market. We continue to identify technical compliance solutions that will provide all readers with our award-winning journalism.</p></body>
</html>"""
_NO_REGION_RU = f"""<!DOCTYPE html><html lang="ru"><head><meta charset="utf-8"><title>Доступ ограничен</title><style>{blob(500, 53)}</style>
</head><body><h1>Доступ к сайту ограничен</h1><p>К сожалению, сайт недоступен в вашей стране. Если вы используете VPN, отключите его и
обновите страницу.</p></body></html>"""
_ROSKOMNADZOR = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>Доступ к информационному ресурсу ограничен</title></head><body>
<h1>Доступ к информационному ресурсу ограничен</h1><p>Доступ ограничен на основании Федерального закона от 27 июля 2006 г. № 149-ФЗ «Об
информации, информационных технологиях и о защите информации».</p><p>Причины ограничения можно посмотреть в едином реестре.</p></body></html>"""

CHECKS = (
    _check("cloudflare-challenge", _cloudflare_challenge("Just a moment...", "Enable JavaScript and cookies to continue"),
           headers={**_CF, "cf-mitigated": "challenge"}),
    _check("cloudflare-challenge-200-uk", _cloudflare_challenge("Один момент…", "Увімкніть JavaScript і файли cookie"), status=200,
           held=True),
    _check("cloudflare-1020", _cloudflare_error("Access denied | news.example used Cloudflare to restrict access", "Access denied",
           "Error code 1020", "This website is using a security service to protect itself from online attacks."), headers=_CF),
    _check("cloudflare-blocked", _cloudflare_error("Attention Required! | Cloudflare", "Sorry, you have been blocked",
           "You are unable to access news.example", _BLOCKED), headers=_CF),
    _check("cloudflare-1015", _cloudflare_error("Access denied | news.example used Cloudflare to restrict access", "Error 1015",
           "You are being rate limited", "The owner of this website has banned you temporarily."), status=429, held=True),
    _check("cloudflare-1009", _cloudflare_error("Access denied | news.example used Cloudflare to restrict access", "Error 1009",
           "Access denied", "The owner of this website (news.example) has banned the country or region your IP address is in (DE) "
           "from accessing this website."), kind="geo_block"),
    _check("cloudflare-under-attack", _OLD_CLOUDFLARE, status=503),
    _check("turnstile-tr", _VK_CHECK, status=200, held=True),
    _check("akamai-denied", _AKAMAI, headers={"server": "AkamaiGHost"}),
    _check("akamai-denied-200", _AKAMAI.replace("Access Denied", "Zugriff verweigert"), status=200, held=True),
    _check("akamai-interstitial", _AKAMAI_CPT, status=200),
    _check("akamai-behavioural", _AKAMAI_BEHAVIOUR, status=428, held=True),
    _check("datadome", _datadome("lemonde.example", "Please enable JS and disable any ad blocker", "c"),
           headers={"x-datadome": "protected", "x-dd-b": "1"}),
    _check("datadome-fr-200", _datadome("lefigaro.example", "Veuillez activer JavaScript et désactiver tout bloqueur", "i"), status=200,
           held=True),
    _check("datadome-json", '{"url":"https://geo.captcha-delivery.com/captcha/?initialCid=A&hash=H&t=fe&s=17434"}',
           headers={"content-type": "application/json"}),
    _check("perimeterx", _PERIMETERX),
    _check("perimeterx-robot", _BLOOMBERG, status=200, held=True),
    _check("incapsula", _INCAPSULA, status=200),
    _check("distil", _DISTIL, status=200, held=True),
    _check("aws-challenge", _AWS_CHALLENGE, status=202, headers={"x-amzn-waf-action": "challenge"}),
    _check("aws-captcha", _AWS_CAPTCHA, status=405, held=True),
    _check("cloudfront-blocked", _cloudfront("Request blocked.")),
    _check("cloudfront-country", _cloudfront("The Amazon CloudFront distribution is configured to block access from your country."),
           kind="geo_block", held=True),
    _check("kasada", _KASADA, status=429, headers={"x-kpsdk-ct": blob(80, 54)}),
    _check("f5-rejected", _F5, status=200),
    _check("f5-tspd", _TSPD, status=200, held=True),
    _check("sucuri", _SUCURI, headers={"x-sucuri-id": "19005", "x-sucuri-block": "BNP005"}),
    _check("sucuri-js", _SUCURI_JS, status=200, held=True),
    _check("ddos-guard-ru", _DDOS_GUARD, headers={"server": "ddos-guard"}),
    _check("qrator", _QRATOR, status=401),
    _check("servicepipe", _SERVICEPIPE, status=200, held=True),
    _check("anubis", _ANUBIS, status=200),
    _check("variti-ru", _VARITI, status=200),
    _check("stormwall", _STORMWALL, status=200, held=True),
    _check("wordfence", _WORDFENCE, status=503),
    _check("fastly", _FASTLY, status=200),
    _check("vercel", _VERCEL, status=429, held=True, headers={"x-vercel-mitigated": "challenge", "server": "Vercel"}),
    _check("google-unusual", _GOOGLE, status=200, url="https://www.google.com/sorry/index?continue=x"),
    _check("hcaptcha", _HCAPTCHA, status=200),
    _check("recaptcha-es", _RECAPTCHA_ES, status=200, held=True),
    _check("browser-uk", _UKRAINIAN, status=200),
    _check("browser-ru", _RUSSIAN, status=200, held=True),
    _check("slow-aes", _SLOW_AES, status=200),
    _check("yandex", _YANDEX, status=200),
    _check("imunify", _IMUNIFY, status=200, held=True),
    _check("siteground", _SITEGROUND, status=202),
    _check("radware", _RADWARE, status=200),
    _check("front-door", _FRONT_DOOR, held=True),
    _check("gdpr-451", _EEA, status=451, kind="geo_block"),
    _check("gdpr-200", _TRIBUNE, status=200, kind="geo_block", url="https://www.example-tribune.com/gdpr/news.example/"),
    _check("region-ru", _NO_REGION_RU, status=200, kind="geo_block", held=True),
    _check("roskomnadzor", _ROSKOMNADZOR, status=200, kind="geo_block"),
    # The site's own frame around a captcha: large, with menu and footer.
    WallPage(
        name="captcha-in-frame-de", kind="bot_check", status=200,
        body=site("de", "Sicherheitsabfrage", '<h1>Sind Sie ein Mensch?</h1><p>Bitte bestätigen Sie, dass Sie kein Roboter sind.</p>'
                  '<div class="g-recaptcha" data-sitekey="x"></div>', size=30_000),
        announced=announced("Minister einigen sich auf Getreidekorridor"),
    ),
)  # fmt: skip
