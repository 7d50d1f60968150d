"""The ways in which people ask for an explanation or a comparison, in three languages.

Tables only, over text that ``naming.plain`` folded; ``questions`` reads with them.  Every
expression is anchored and has one unbounded group.
"""

from __future__ import annotations

import re

from cortex_cli.expressions import expression

# Said before a question: courtesy, and that an explanation is wanted at all.
LEADS = expression(
    r"(?:(?:hi|hello|hey|ok|okay|so|well|please|pls|sorry|excuse me|quick question|and|but"
    r"|bonjour|salut|alors|bon|svp|s'il (?:te|vous) plait|stp|et|mais"
    r"|hola|oye|por favor|pues|bueno|y|perdon)\b[ ,:;!.]*"
    r"|(?:i (?:(?:would|'d) like|want|need) to (?:know|understand)|i'd like to (?:know|understand)"
    r"|i (?:wonder|do not understand|don't understand|don't get|am wondering)|i'm wondering"
    r"|(?:can|could|would|will) (?:you|someone|anyone) (?:please |quickly |briefly )?"
    r"(?:(?=explain|describe|define|tell me about|compare)|tell me |say )"
    r"|do you know|(?:please )?(?:tell|remind|teach) me(?! about)|any idea)\b[ ,:]*"
    r"|(?:je (?:voudrais|veux|souhaite|aimerais) (?:savoir|comprendre)|j'aimerais (?:savoir"
    r"|comprendre)"
    r"|je (?:ne )?(?:comprends|sais) pas|(?:peux-tu|pouvez-vous|pourriez-vous|pourrais-tu|tu peux"
    r"|vous pouvez|peut-on) (?:me |nous )?(?:dire |(?=m'expliqu|expliqu|decri|defini|compar))"
    r"|sais-tu|savez-vous|(?:dis|dites)(?:-| )moi)\b[ ,:]*"
    r"|(?:in|on|under|sous|en|dans) (?:gnu/)?(?:linux|unix|debian|ubuntu|bash|networking|git"
    r"|docker|systemd|informatique|informatica)\b[ ,:]+"
    r"|(?:(?:quiero|quisiera|me gustaria|necesito) (?:saber|entender)|no (?:entiendo|se)"
    r"|(?:me )?(?:puedes|podrias|puede|podria)(?: usted)? (?:decirme |decir "
    r"|(?=expli|descri|defini|compar))|sabes|dime|digame)\b[ ,:]*)"
)
# Said after the subject: where it is meant, and that little is wanted.
PLACES = expression(
    r"[ ,]{1,9}(?:(?:in|on|under|for|with|sous|dans|en|sur|de|bajo|para|within) "
    r"(?:the |a |an |un |une |el |la |le |l'|los )?"
    r"(?:(?:gnu/)?linux|unix|posix|debian|ubuntu|fedora|computing|computers?|computer science"
    r"|informatique|informatica|it|tech|operating systems?|systemes? d'exploitation"
    r"|sistemas? operativos?|networking|networks?|reseaux?|redes|programming|programmation"
    r"|programacion|shell|bash|terminal|command line|ligne de commande|linea de comandos"
    r"|(?:shell |bash )?scripts?|guion|ordinateur|ordenador|computadora|servers?|serveur|servidor"
    r"|system administration"
    r"|administration systeme|sysadmins?|general|sistemas|machine learning|ai|ia|llms?"
    r"|(?:linux|unix) (?:systems?|terms|machines?|context|world)|systemes? linux|sistemas? linux)"
    r"|(?:linux|unix)(?= *$))(?: systems?| terms| context)?$"
)
TAILS = expression(
    r"[ ,]{1,9}(?:please|pls|exactly|really|actually|anyway|then|again|briefly|shortly|to me|for me"
    r"|in (?:simple|plain|short|a few|easy) (?:terms|words|english)|simply|for (?:a )?beginners?"
    r"|like i'm five|and (?:what is it|what's it) (?:used )?for|and what (?:does it do|is it for)"
    r"|and (?:how|why|when) (?:does it work|is it used|do i (?:use|need) it|would i (?:use"
    r"|need) it)"
    r"|and (?:how|why|when|where|should|do|does|is|can) "
    r"[^?]{1,60}"
    r"|et (?:pourquoi|comment|quand|quel interet) [^?]{1,60}|y (?:por que|como|cuando) [^?]{1,60}"
    r"|at all|thanks|thank you"
    r"|exactement|au juste|vraiment|s'il (?:te|vous) plait|svp|stp|en bref|simplement|merci"
    r"|en (?:quelques|deux) mots|concretement|donc"
    r"|et a quoi (?:ca|cela) sert(?:-il)?"
    r"|exactamente|realmente|por favor|en pocas palabras|brevemente|gracias|en realidad"
    r"|y para que sirven?)[ .!?]{0,9}$"
)
# "What is GPT and how does it differ from MBR" compares the two.
DIFFERS = expression(
    r" (?:and|et|y) (?:how (?:does it differ|do they differ|is (?:it|that|this) different)|en quoi "
    r"(?:est-il different|est-elle differente|differe-t-il|differe-t-elle)|en que se diferencia) "
    r"(?:from|to|than|de la |du |de l'|de|del|d')"
)
# Where two things are compared: "enable vs start in systemctl".
PAIR_PLACES = expression(
    r" (?:in|with|for|on|dans|en|sous|avec|con|para) (?:git|systemd|systemctl|apt|docker|ssh|vim"
    r"|sql|http|dns|nginx|services?)$"
)
# What X is: (expression, how sure it is that an explanation is wanted).
DEFINITIONS: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (expression(pattern + "$"), sure)
    for pattern, sure in (
        (r"what(?: exactly| the hell| on earth)?(?: is|'s| are|s|'re| was| were)(?: exactly)? "
         r"(?:meant|understood) by (?P<x>.+)", 0.95),
        (r"what(?: is|'s) (?P<x>.+?) (?:used for|good for|for|about|all about|needed for)", 0.95),
        (r"what are (?P<x>.+?) (?:used for|good for|for|about|needed for)", 0.95),
        (r"what(?: exactly)?(?:'s| is| are|s) the (?:meaning|definition|purpose|point|use|role"
         r"|function|idea|job|concept|notion|term|word|acronym|abbreviation)(?: behind| of)? "
         r"(?P<x>.+)", 0.95),
        (r"what(?: exactly| the hell| on earth)?(?: is|'s| are|s|'re)(?: exactly| actually)?"
         r"(?: called| meant with)? (?P<x>.+)", 0.95),
        (r"what (?:exactly )?(?:do|does|did) (?:people|they|you|we|one|linux) "
         r"(?:mean|understand) (?:by|with|when they say) (?P<x>.+)", 0.95),
        (r"what (?:exactly )?(?:do|does) (?P<x>.+?) (?:actually |really |exactly )?"
         r"(?:mean|do|stand for|refer to|signify|contain|hold|store|represent|describe|say|tell me"
         r"|indicate|show|serve)(?: for| exactly| here)?", 0.95),
        (r"what does it mean (?:when|if|that|for) .+? (?:is|are|to be|says|has)"
         r"(?: in)?(?: an?)? (?P<x>.+)", 0.85),
        (r"what (?:do|does) (?P<x>.+?) mean (?:when|if|while|after|in|on|for|at) .+", 0.85),
        (r"what(?: is|'s|s) (?:there )?(?:in|inside) (?P<x>.+)", 0.85),
        (r"what (?P<x>.+) (?:is|are|means?|does|do|stands? for|is for)", 0.9),
        (r"(?:explain|describe|define)(?: to me| briefly)?(?: what| how)?(?: is| are)? "
         r"(?P<x>.+?)(?: is| are| means?| does| do| works?| stands for)?", 0.95),
        (r"(?:tell me|teach me|something|info|information|more)? ?about (?P<x>.+)", 0.85),
        (r"(?:the )?(?:meaning|definition|purpose|explanation) of (?P<x>.+)", 0.9),
        (r"(?P<x>.+?)[ :,]+(?:meaning|definition|explained|mean|means what|what is (?:it|that|this)"
         r"|what does (?:it|that|this) (?:mean|do)|what are they|what for"
         r"|explain(?: (?:it|that|please))?)", 0.95),
        (r"how (?:do|does) (?P<x>.+?) (?:actually |really )?work", 0.8),
        (r"why (?:do|would|should) (?:i|we|you|one|people) (?:need|use|want|have) (?P<x>.+)", 0.75),
        (r"(?:why use|when to use|when do i need) (?P<x>.+)", 0.75),
        (r"(?:what|which) (?:is|'s) (?:stored|kept|found|in|inside) (?:in )?(?P<x>.+)", 0.85),
        # French
        (r"qu'?(?:est|'est)[- ]ce qu(?:e|'|e c'est qu(?:e|')|oi)? ?(?:un |une |des |le |la "
         r"|les |l')?"
         r"(?P<x>.+?)(?: veut dire| signifie(?:nt)?| fait| font)?", 0.95),
        (r"(?:c'est quoi|cest quoi|c quoi)(?: exactement)? (?P<x>.+)", 0.95),
        (r"(?P<x>.+?)[ ,:]+(?:c'est quoi|qu'est[- ]ce que c'est|ca (?:veut dire|signifie) quoi"
         r"|ca sert a quoi|veut dire quoi|a quoi (?:ca|cela) sert(?:-il|-elle)?|signifie quoi"
         r"|definition|signification|explique[rz]?(?:[- ]moi)?)", 0.95),
        (r"que (?:signifie(?:nt)?|veut dire|veulent dire|designe(?:nt)?|fait|font|represente(?:nt)?"
         r"|contient|contiennent|vaut)(?: le code| donc)? (?P<x>.+)", 0.95),
        (r"que (?:veut|veulent) (?P<x>.+) dire", 0.95),
        (r"(?:ca veut dire quoi|ca signifie quoi|ca sert a quoi|ca fait quoi),? (?P<x>.+)", 0.95),
        (r"a quoi (?:sert|servent|peut servir|ca sert|correspond(?:ent)?) (?P<x>.+)", 0.95),
        (r"(?:explique(?:z|r)?|m'expliquer|decri(?:s|vez|re)|defini(?:s|ssez|r))(?:[- ]moi"
         r"|[- ]nous)?"
         r"(?: ce qu'est| ce que (?:c'est qu(?:e|')|sont|signifie|veut dire|fait)| le terme"
         r"| la notion de"
         r"| ce qu')? ?(?P<x>.+)", 0.95),
        (r"(?:m'expliquer )?ce qu(?:'est|e sont|e c'est qu(?:e|')|e signifie|e veut dire|e fait) ?"
         r"(?P<x>.+)", 0.9),
        (r"(?:quel(?:le)? est |c'est quoi )?(?:la |le )?(?:definition|signification|sens|role|but"
         r"|fonction|utilite|interet|notion) (?:d'|du |des |de la |de l'|de )(?P<x>.+)", 0.95),
        (r"(?:qu'appelle-t-on|qu'entend-on par|on appelle quoi) (?P<x>.+)", 0.95),
        (r"comment (?:fonctionne(?:nt)?|marche(?:nt)?|ca marche) (?P<x>.+)", 0.8),
        (r"(?:parle[- ]moi|parlez[- ]moi) (?:d'|du |des |de la |de l'|de )(?P<x>.+)", 0.85),
        (r"pourquoi (?:utiliser|utilise-t-on|se servir d'"
         r"|a-t-on besoin d')(?:e )? ?(?P<x>.+)", 0.75),
        # Spanish
        (r"¿?que (?:es|son|significan?|quiere decir|quieren decir|hace|hacen|contiene|contienen"
         r"|representa|indica)(?: exactamente| el codigo| el termino| eso de)? (?P<x>.+)", 0.95),
        (r"¿?(?:para que|de que) (?:sirven?|se usan?|se utilizan?|vale) (?P<x>.+)", 0.95),
        (r"(?P<x>.+?)[ ,:]+¿?(?:que (?:es|son)(?: eso)?|que significan?|para que sirven?"
         r"|que quieren? decir|definicion|significado|explica(?:me|lo)?|explicame(?:lo)?)", 0.95),
        (r"¿?(?:explica|explicame|explicar(?:me)?|expliqueme|describe|describeme|define|defineme"
         r"|definir)(?: (?:que|lo que) (?:es|son|significan?|hace|quiere decir))?"
         r"(?: el (?:termino|concepto) de)? (?P<x>.+)", 0.95),
        (r"¿?(?:cual es |que es )?(?:el |la )?(?:significado|definicion|funcion|proposito"
         r"|papel|utilidad"
         r"|sentido|concepto) (?:del |de la |de los |de las |de )(?P<x>.+)", 0.95),
        (r"¿?(?:que se entiende por|a que se refiere|a que se llama|que se llama) (?P<x>.+)", 0.95),
        (r"¿?como (?:funcionan?|trabajan?) (?P<x>.+)", 0.8),
        (r"(?:hablame|hableme|cuentame) (?:de|sobre|acerca de) (?P<x>.+)", 0.85),
        (r"¿?por que (?:usar|se usa|necesito|utilizar) (?P<x>.+)", 0.75),
        (r"(?:que|lo que) (?:es|son|significa) (?P<x>.+)", 0.9),
    )
)  # fmt: skip
# How X and Y differ: the group holds both, with one of ``JOINTS`` between them.
COMPARISONS: tuple[re.Pattern[str], ...] = tuple(
    expression(pattern + "$")
    for pattern in (
        r"(?:what(?:'s| is| are|s)|explain|describe|tell me|is there|are there|give me|know)? ?"
        r"(?:the |a |any )?(?:main |key |real |exact |basic |big |actual )?"
        r"(?:differences?|distinction) (?:between|of|in|with) (?P<x>.+)",
        r"(?:what(?:'s| is| are|s)?|explain|c'est quoi|que es|que son) "
        r"(?P<x>.+ (?:vs\.?|versus) .+)",
        r"(?P<x>.+?)[ ,:]+(?:what(?:'s| is) the difference|differences?|diferencias?"
        r"|quelles? differences?"
        r"|quelle est la difference|¿?cual es la diferencia|¿?que diferencia hay|which (?:one"
        r"|is better)"
        r"|lequel choisir|laquelle choisir|¿?cual (?:es mejor|elegir|usar))",
        r"(?:differences?|difference between) (?P<x>.+)",
        r"how (?:is|are|does|do) (?P<x>.+?)(?: differ| compare| different| relate)?",
        r"(?:what|which) (?:distinguishes|separates|differentiates|sets) (?P<x>.+)",
        r"(?:should i|do i|shall i|would i|when (?:should i|to|do i|would i|do you|should you"
        r"|do we))"
        r" (?:use|choose|take|pick|prefer|want|need|create)? ?(?:between )?(?P<x>.+)",
        r"(?:which|what) (?:one )?(?:is|should i use|to use|do i (?:use|need|want))"
        r"(?: (?:the )?(?:better|best|faster|safer|preferable))?[ ,:]+(?P<x>.+)",
        r"(?:is|are) (?P<x>.+?)(?: (?:the|a) same(?: thing)?)?",
        r"(?:compare|comparing|comparison (?:of|between)) (?P<x>.+)",
        r"why (?:use |choose |prefer )(?P<x>.+)",
        # French
        r"(?:quelle|quelles) (?:differences?|distinction) (?:entre|de) (?P<x>.+)",
        r"(?:lequel|laquelle|qu'est-ce qui|que) (?:est (?:le |la )?(?:mieux|meilleure?|preferable)"
        r"|choisir|vaut mieux)[ ,:]+(?:entre )?(?P<x>.+)",
        r"(?:c'est quoi|quelles? (?:est|sont|difference y a-t-il)|y a-t-il|il y a|explique[rz]?"
        r"(?:-moi)?|qu'est-ce qui est)? ?(?:la |les |une |des )?(?:vraies? |principales? )?"
        r"(?:differences?|distinction)(?: y a-t-il| fait-on)? (?:entre|de) (?P<x>.+)",
        r"en quoi (?P<x>.+?)(?: (?:different|sont-ils differents|se distinguent)(?:[- ]ils"
        r"|[- ]elles)?)?",
        r"(?:qu'est-ce qui|quoi) (?:distingue|differencie|separe) (?P<x>.+)",
        r"(?:quand|faut-il|dois-je|vaut-il mieux|pourquoi) (?:utiliser |choisir |prendre "
        r"|preferer )?(?P<x>.+)",
        r"(?:compare[rz]?|comparaison (?:entre|de)) (?P<x>.+)",
        # Spanish
        r"¿?(?:cual(?:es)? (?:es|son)|que|explica(?:me)?|hay)? ?(?:la |las "
        r"|alguna )?(?:principales )?"
        r"(?:diferencias?|distincion)(?: hay| existe)? (?:entre|de) (?P<x>.+)",
        r"¿?(?:que|cual)(?: de los dos)? (?:es|seria) (?:mejor|preferible)[ ,:]+(?P<x>.+)",
        r"¿?en que se (?:diferencian?|distinguen?) (?P<x>.+)",
        r"¿?que (?:distingue|diferencia|separa) (?P<x>.+)",
        r"¿?(?:cuando|debo|conviene|es mejor|por que) (?:usar |elegir |utilizar )?(?P<x>.+)",
        r"(?:compara(?:r)?|comparacion (?:entre|de)) (?P<x>.+)",
        r"¿?(?P<x>.+)",
    )
)
# Between two things, the more telling first.
JOINTS = (
    " and when to use ", " and when should i use ", " and when ", " as opposed to ",
    " instead of ", " rather than ", " compared to ", " compared with ", " in comparison to ",
    " different from ", " different to ", " different than ", " differ from ", " differs from ",
    " differentiates from ", " distinct from ", " the same thing as ", " the same as ",
    " apart from ", " better than ", " relate to ",
    " plutot que d'utiliser ", " plutot que de ", " plutot que ", " au lieu de ", " au lieu d'",
    " est-il different de ", " est-elle differente de ", " differe-t-il de ", " differe-t-elle de ",
    " different-ils de ", " different-elles de ", " differe de ", " differe d'", " se "
    "distingue de ",
    " se distingue d'", " se distingue-t-il de ", " se distingue-t-elle de ", " est different de ",
    " est differente de ", " par rapport a ",
    " en lugar de ", " en vez de ", " frente a ", " se diferencia de ", " se distingue del ",
    " comparado con ", " a diferencia de ",
    " versus ", " vs. ", " vs ", " contre ", " ou bien ", " o bien ",
    " and ", " & ", " et ", " y ", " e ", " or ", " ou ", " o ", " u ", " from ", " over ",
    " to ", " with ", " de ", " d'", " del ", " con ", " avec ", ", ", "/",
)  # fmt: skip
# Joints that compare by themselves: "tcp or udp", "tcp vs udp".
BARE_JOINTS = frozenset(
    {" or ", " ou ", " o ", " u ", " vs ", " vs. ", " versus ", " contre ", " compared to "}
)
# "public key and private key, explain"
ENUMERATING_JOINTS = (" and ", " & ", " et ", " y ", " e ", " or ", " ou ", " o ")
# Before or after a name, these only say what kind of thing it is.
CLASS_WORDS = frozenset(
    """
    command commands program programs tool utility file files directory folder term terms word
    concept notion idea protocol format abbreviation acronym error message expression variable
    option keyword symbol operator character sign thing process service daemon technology path
    software application system record flag signal statement keyword attribute
    systemd linux unix git docker bash
    commande commandes programme outil utilitaire fichier fichiers repertoire dossier terme mot
    concept notion idee protocole format abreviation acronyme sigle erreur message variable symbole
    operateur caractere signe chose service logiciel chemin systeme enregistrement instruction
    comando comandos orden programa herramienta utilidad archivo archivos fichero ficheros
    directorio carpeta termino palabra concepto nocion idea protocolo formato abreviatura acronimo
    sigla siglas error mensaje variable simbolo operador caracter signo cosa servicio ruta sistema
    registro instruccion bandera
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# Asks for a way, a place or a number, not for a meaning.
WAYS = expression(
    r"(?:how (?:do|can|could|should|would) (?:i|we|you|one)\b|how to\b|comment (?:faire|puis-je"
    r"|je|on|peut-on|dois-je)\b|¿?como (?:puedo|hago|se|hacer|puede)\b)"
)
